import { join } from 'node:path'
import t from 'tap'
import { runCommandLine } from '../../../cli/program.ts'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import { createRecordedIo } from '../../helpers/recorded-io.ts'

async function run(...argv: string[]) {
  const io = createRecordedIo()
  const code = await runCommandLine(['certificates', ...argv], io)
  return { code, stdout: io.stdout(), stderr: io.stderr() }
}

t.test('a rotation is begun, shown and confirmed by hand', async (t) => {
  const folder = t.testdir()
  await ensureCertificates({ folder, hosts: ['shim.internal'] })
  const quiet = await run('status', '--cert-dir', folder)
  t.match(quiet, { code: 0, stdout: /^server .*\nauthority, active .*\n\nNo rotation is under way\.\n$/m })

  const begun = await run('rotate', '--cert-dir', folder)
  t.match(begun, { code: 0, stderr: '', stdout: /^authority, active .*\nauthority, next .*\n\nA rotation waits/m })
  t.match(
    begun.stdout,
    /When that is so: gatehouse certificates confirm\.\nIf nobody confirms, the next authority signs from 20/,
  )
  const again = await run('rotate', '--cert-dir', folder)
  t.match(again, { code: 0, stdout: begun.stdout, stderr: 'a rotation is under way already; nothing was changed\n' })

  const confirmed = await run('confirm', '--cert-dir', folder)
  t.match(confirmed, { code: 0, stdout: /^operator +yes$/m })
  t.match(confirmed.stdout, 'A rotation is under way: a running shim takes its next step within the hour.')
  await ensureCertificates({ folder, hosts: ['shim.internal'] })
  const { stdout } = await run('status', '--cert-dir', folder, '-o', 'json')
  t.match(JSON.parse(stdout), {
    server: { hosts: 'DNS:shim.internal', signedBy: JSON.parse(stdout).authorities[1].fingerprint },
    authorities: [{ role: 'retiring' }, { role: 'active' }],
    rotation: { kind: 'await-retirement' },
    registrars: [{ name: 'operator', isUpToDate: true }],
  })
})

t.test('a folder without an authority is named', async (t) => {
  const folder = join(t.testdir(), 'pki')
  for (const command of ['status', 'rotate', 'confirm']) {
    t.match(await run(command, '--cert-dir', folder), {
      code: 3,
      stderr: `ERR_TLS_FILES: ${folder}: ca.crt is missing`,
    })
  }
})
