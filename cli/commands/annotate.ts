import type { AddCommand } from '../command.ts'
import { readText } from '../read-text.ts'

const HELP = `
A module of waPC is asked which protocol version it speaks, by calling it. Capabilities that it seems to use, and does not
declare, are only warned of.

Example:
  gatehouse annotate policy.wasm -m metadata.yml -u README.md -o annotated-policy.wasm
`

interface AnnotateFlags {
  readonly metadataPath: string
  readonly usagePath?: string
  readonly outputPath: string
}

export const addAnnotateCommand: AddCommand = (program, { io }) => {
  program
    .command('annotate')
    .description("Write a policy's metadata into its module, without which no shim serves it.")
    .argument('<wasm>', "the module's file")
    .requiredOption('-m, --metadata-path <file>', 'metadata.yml')
    .option('-u, --usage-path <file>', 'how the policy is used, for people: becomes an annotation')
    .option('-o, --output-path <file>', 'where to write the module', 'annotated-policy.wasm')
    .addHelpText('after', HELP)
    .action(async (wasm: string, { metadataPath, usagePath, outputPath }: AnnotateFlags) => {
      const { readModule } = await import('../../shim/policies/module-source.ts')
      const { annotatePolicy } = await import('../modules/annotate-policy.ts')
      const { writeModule } = await import('../modules/pull-policy.ts')
      const { resolveTypedModule } = await import('../typed-module.ts')
      const { bytes, warnings } = await annotatePolicy(
        await readModule({ id: wasm, module: resolveTypedModule(wasm) }),
        {
          source: wasm,
          metadata: { source: metadataPath, text: await readText(metadataPath, io) },
          usage: usagePath === undefined ? undefined : await readText(usagePath, io),
        },
      )
      for (const warning of warnings) io.err(`warning: ${warning}\n`)
      await writeModule(outputPath, bytes)
    })
}
