import { join } from 'node:path'
import t from 'tap'
import { pullModule } from '../../../artifacts/pull-module.ts'
import { parseReference } from '../../../artifacts/reference.ts'
import { ModuleStore } from '../../../artifacts/store/module-store.ts'
import { startPlacedRegistry } from '../../helpers/containers/placed-registry.ts'
import { choosePlace } from '../../helpers/containers/test-engine.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { accessTo, pushPlain } from '../../helpers/pulls.ts'

const place = await choosePlace(t)

t.test('a policy goes to a registry of its own, and comes back as it was', async (t) => {
  const host = await startPlacedRegistry(t, place)
  const module = buildGuest('accept')
  const reference = `${host}/some/policy:v1`
  await pushPlain(reference, module)
  const store = new ModuleStore(join(t.testdir(), 'store'))
  const pulled = await pullModule(parseReference(reference), { ...accessTo(host), store, ask: 'latest' })
  t.equal(Buffer.compare(Buffer.from(await pulled.read()), Buffer.from(module)), 0)
})
