import { messageOf } from '../../util/errors.ts'
import { unexpected } from '../expect.ts'
import type { Site } from '../site.ts'
import { until } from '../until.ts'
import { expectAdmitted, expectDenied, tryOut } from './ask.ts'
import { plainPod, privilegedPod } from './objects.ts'
import { PRIVILEGED_DENIED } from './verdicts.ts'

const DECIDING_SECONDS = 60

/** Asks for privileged Pods all the while; being refused is right, whoever refuses, and being admitted never is. */
export async function askWhile(site: Site, action: () => Promise<void>): Promise<void> {
  let [isOver, isDenied, admitted] = [false, false, 0]
  const asking = (async () => {
    while (!isOver) {
      const answer = await tryOut(site.api, privilegedPod('early')).catch((error) => ({
        status: 0,
        message: messageOf(error),
      }))
      if (answer.status === 201) admitted += 1
      isDenied = answer.message.endsWith(PRIVILEGED_DENIED.message)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  try {
    await action()
    isDenied = false
    // behind a Service, once the network of the node is back as well
    await until('a policy denies the Pod', DECIDING_SECONDS, async () => isDenied || undefined)
  } finally {
    isOver = true
    await asking
  }
  if (admitted > 0) throw unexpected(`${admitted} privileged Pods were admitted meanwhile`)
  await expectDenied(site.api, privilegedPod('privileged'), PRIVILEGED_DENIED)
  await expectAdmitted(site.api, plainPod('plain'))
}
