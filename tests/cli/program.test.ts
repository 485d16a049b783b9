import t from 'tap'
import { createProgram, runCommandLine, walk } from '../../cli/program.ts'
import { createRecordedIo } from '../helpers/recorded-io.ts'

t.test('--version prints the version of the package', async (t) => {
  const io = createRecordedIo()
  t.equal(await runCommandLine(['--version'], io), 0)
  t.match(io.stdout(), /^\d+\.\d+\.\d+\n$/)
})

t.test('a mistyped command gets a suggestion and exit code 2', async (t) => {
  const io = createRecordedIo()
  t.equal(await runCommandLine(['clster'], io), 2)
  t.match(io.stderr(), /Did you mean cluster\?/)
})

t.test('a mistyped flag gets a suggestion and exit code 2', async (t) => {
  const io = createRecordedIo()
  t.equal(await runCommandLine(['shim', '--polices', 'x'], io), 2)
  t.match(io.stderr(), /Did you mean --policies\?/)
})

t.test('a command without a subcommand shows its help', async (t) => {
  const io = createRecordedIo()
  t.equal(await runCommandLine(['cluster'], io), 2)
  t.match(io.stderr(), /Usage: gatehouse cluster/)
})

t.test('every command describes itself and shows examples in its help', async (t) => {
  const program = await createProgram({ io: createRecordedIo(), leaveWith: () => {} })
  for (const command of walk(program)) {
    if (command.commands.length > 0) continue
    const io = createRecordedIo()
    t.equal(await runCommandLine([...pathOf(command), '--help'], io), 0)
    t.match(io.stdout(), /Example/, `${pathOf(command).join(' ')} --help has examples`)
    t.not(command.description(), '')
  }
})

t.test('an expected error is printed with its code and the way out, an unforeseen one with its stack', async (t) => {
  const io = createRecordedIo()
  t.equal(await runCommandLine(['inspect', 'no-such-file.wasm'], io), 3)
  t.match(io.stderr(), /^gatehouse: ERR_\w+: .*no-such-file\.wasm/)
  t.notMatch(io.stderr(), /\n\s+at /)
})

function pathOf(command: Awaited<ReturnType<typeof createProgram>>): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()]
}
