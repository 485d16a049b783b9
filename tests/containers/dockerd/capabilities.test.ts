import t from 'tap'
import { asksForMissing, missingCapabilities } from '../../../containers/dockerd/capabilities.ts'

const LAST = 40

t.test('what the bounding set lacks is named, as far as the kernel knows capabilities', async (t) => {
  t.same(missingCapabilities(status('000001ffffffffff'), LAST), [])
  t.same(missingCapabilities(status('000001fffeffffff'), LAST), ['CAP_SYS_RESOURCE'])
  t.same(missingCapabilities(status('000000ffffffffff'), LAST), ['CAP_CHECKPOINT_RESTORE'])
  t.same(missingCapabilities(status('0000003fffffffff'), 37), [], 'an older kernel')
  t.equal(missingCapabilities(status('0000000000000000'), LAST).length, 41)
  t.same(missingCapabilities('Name:\tnode\n', LAST), [], 'a kernel that does not say')
})

t.test('only an older daemon asks for what is missing', async (t) => {
  t.ok(asksForMissing('Docker version 20.10.24+dfsg1, build 297e128', ['CAP_SYS_RESOURCE']))
  t.notOk(asksForMissing('Docker version 20.10.24+dfsg1, build 297e128', []))
  t.notOk(asksForMissing('Docker version 28.5.2, build 1', ['CAP_SYS_RESOURCE']))
  t.ok(asksForMissing('of an unknown version', ['CAP_SYS_RESOURCE']), 'to take away what is not there does no harm')
})

function status(bounding: string): string {
  return `Name:\tnode\nCapEff:\t0000000000000000\nCapBnd:\t${bounding}\nCapAmb:\t0000000000000000\n`
}
