import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import {
  confirmBundle,
  findConfirmed,
  forgetOtherRegistrars,
  OPERATOR,
  readConfirmations,
} from '../../../shim/tls/confirmations.ts'

const entry = (registrar: string, ...authorities: string[]) => ({ registrar, authorities })

t.test('confirmed is what all registrars have; the operator answers for all', async (t) => {
  const confirmed = (...entries: ReturnType<typeof entry>[]) => [...findConfirmed(entries)].sort()
  t.strictSame(confirmed(), [], 'nobody has said anything')
  t.strictSame(confirmed(entry('one', 'A', 'B')), ['A', 'B'])
  t.strictSame(confirmed(entry('one', 'A', 'B'), entry('two', 'A')), ['A'])
  t.strictSame(confirmed(entry('one', 'A'), entry(OPERATOR, 'A', 'B')), ['A', 'B'])
  t.strictSame(
    confirmed(entry('one', 'A', 'B'), entry(OPERATOR, 'A')),
    ['A', 'B'],
    'an old word of his is in nobody’s way',
  )
})

t.test(
  'each registrar has a file of its own, whatever its name, and what cannot be read confirms nothing',
  async (t) => {
    const folder = t.testdir()
    const { caBundle } = await ensureCertificates({ folder, hosts: ['shim.internal'] })
    await confirmBundle(folder, 'node-1:/etc/kubernetes', caBundle)
    await confirmBundle(folder, 'node-2', caBundle)
    const found = await readConfirmations(folder)
    t.strictSame(found.map(({ registrar }) => registrar).sort(), ['node-1:/etc/kubernetes', 'node-2'])
    t.equal(findConfirmed(found).size, 1)
    await writeFile(join(folder, 'registrars/node-2.json'), '{"authorities":')
    t.equal(findConfirmed(await readConfirmations(folder)).size, 0)
  },
)

t.test('rotations do not wait for registrars that look after nobody any more', async (t) => {
  const folder = t.testdir()
  const { caBundle } = await ensureCertificates({ folder, hosts: ['shim.internal'] })
  for (const registrar of ['objects', 'a-lease', 'manifests']) await confirmBundle(folder, registrar, caBundle)
  await forgetOtherRegistrars(folder, 'manifests')
  t.strictSame(
    (await readConfirmations(folder)).map(({ registrar }) => registrar),
    ['manifests'],
  )
})
