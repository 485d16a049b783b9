import { keepCompiledCode } from '../util/compiled-code.ts'
import { compiledCodeFolder } from '../util/config.ts'

// Before anything else is loaded, which is why nothing else is imported above.
await keepCompiledCode(compiledCodeFolder())
const { createProcessIo } = await import('./io.ts')
const { runCommandLine } = await import('./program.ts')

process.exitCode = await runCommandLine(process.argv.slice(2), createProcessIo())
