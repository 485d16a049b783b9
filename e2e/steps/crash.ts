import { expectEqual, expectMatch } from '../expect.ts'
import type { ScenarioStep } from '../scenario-step.ts'
import type { Site } from '../site.ts'
import { expectAdmitted, expectDenied, tryOut } from './ask.ts'
import { plainPod, privilegedPod } from './objects.ts'
import { PRIVILEGED_DENIED } from './verdicts.ts'

/** What happens when nobody is left to answer, and afterwards. */
export const crashSteps: readonly ScenarioStep[] = [
  {
    title: 'with nobody to answer, nothing passes that a policy should have seen, and the system goes on',
    needs: ['has-shim'],
    run: crash,
  },
  { title: 'started again, the policies decide as before', needs: ['has-shim'], run: recover },
]

async function crash(site: Site): Promise<void> {
  await site.crash()
  for (const creation of [plainPod('plain'), privilegedPod('privileged')]) {
    const { status, message } = await tryOut(site.api, creation)
    expectEqual('the status of a Pod that nobody judged', status, 500)
    expectMatch(
      'what the API server says',
      message,
      /failed (?:calling webhook|asking policy) "[^"]+\.gatehouse\.internal"/,
    )
  }
  const system = plainPod('system')
  await expectAdmitted(site.api, { ...system, path: system.path.replace('/default/', '/kube-system/') })
}

async function recover(site: Site): Promise<void> {
  await site.recover()
  await expectDenied(site.api, privilegedPod('privileged'), PRIVILEGED_DENIED)
  await expectAdmitted(site.api, plainPod('plain'))
}
