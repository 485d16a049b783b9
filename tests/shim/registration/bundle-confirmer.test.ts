import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { BundleConfirmer } from '../../../shim/registration/bundle-confirmer.ts'
import type { Registrable } from '../../../shim/registration/registrar.ts'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import { findConfirmed, readConfirmations } from '../../../shim/tls/confirmations.ts'
import { beginRotation } from '../../../shim/tls/operate-authority.ts'
import { SILENT_LOG } from '../../../util/log.ts'

const SET: Registrable['set'] = { digest: '', policies: new Map(), entries: new Map() }
const { signal } = new AbortController()

t.test(
  'the bundle of a manifest is confirmed when it has lain there for a while, and a newer one after it',
  async (t) => {
    const folder = t.testdir()
    const first = await ensureCertificates({ folder, hosts: ['shim.internal'] })
    const register = async () => {}
    const options = { registrar: { register }, folder, manifests: '/manifests', log: SILENT_LOG }
    using confirmer = new BundleConfirmer({ ...options, delayMs: 1 })
    const confirmed = async () => findConfirmed(await readConfirmations(folder)).size
    await confirmer.register({ set: SET, caBundle: first.caBundle }, signal)
    while ((await confirmed()) !== 1) await setImmediate()
    await beginRotation({ folder })
    const { caBundle } = await ensureCertificates({ folder, hosts: ['shim.internal'] })
    await confirmer.register({ set: SET, caBundle }, signal)
    while ((await confirmed()) !== 2) await setImmediate()
    t.pass('both were')
  },
)

t.test('what could not be registered is not confirmed', async (t) => {
  const folder = t.testdir()
  const { caBundle } = await ensureCertificates({ folder, hosts: ['shim.internal'] })
  const register = async () => Promise.reject(new Error('no space left'))
  const options = { registrar: { register }, folder, manifests: '/manifests', log: SILENT_LOG }
  using confirmer = new BundleConfirmer({ ...options, delayMs: 1 })
  await t.rejects(confirmer.register({ set: SET, caBundle }, signal), { message: 'no space left' })
  t.strictSame(await readConfirmations(folder), [])
})
