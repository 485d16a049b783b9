import { beginRotation, confirmByHand, describeCertificates } from '../../shim/tls/operate-authority.ts'
import { messageOf } from '../../util/errors.ts'
import { expectEqual, unexpected } from '../expect.ts'
import type { ScenarioStep, Tell } from '../scenario-step.ts'
import type { Site } from '../site.ts'
import { until } from '../until.ts'
import { expectAdmitted, expectDenied, tryOut } from './ask.ts'
import { underLoad } from './load.ts'
import { plainPod, privilegedPod } from './objects.ts'
import { PRIVILEGED_DENIED } from './verdicts.ts'

const SOME = 50
const DECIDING_SECONDS = 60

/** What an operator does to a cluster while its policies decide. */
export const operationSteps: readonly ScenarioStep[] = [
  {
    title: 'the program that answers is replaced under load, and no request is refused for it',
    needs: ['has-shim'],
    run: upgrade,
  },
  {
    title: 'the certificate authority is replaced under load, and no request is refused for it',
    needs: ['registers-webhooks'],
    run: rotate,
  },
  { title: 'the API server restarts, and policies hold from its first answer on', run: restartApiServer },
  { title: 'the node reboots, and policies hold from the first answer on', needs: ['reboots-nodes'], run: reboot },
]

async function upgrade(site: Site, tell: Tell): Promise<void> {
  const answered = await underLoad(site, async (load) => {
    await load.answers(SOME)
    await site.upgrade()
    await load.answers(SOME)
  })
  tell(`${answered} requests`)
}

async function rotate(site: Site, tell: Tell): Promise<void> {
  const { certificates: folder } = site
  const read = async () => (await describeCertificates({ folder })).server?.signedBy
  const before = await read()
  const answered = await underLoad(site, async (load) => {
    await load.answers(SOME)
    await beginRotation({ folder })
    await site.publishAuthorities()
    await load.answers(SOME)
    expectEqual('who signed the certificate before the rotation is confirmed', await read(), before)
    await confirmByHand({ folder })
    await until(
      'the shim has a certificate of the new authority',
      60,
      async () => (await read()) !== before || undefined,
    )
    await load.answers(SOME)
  })
  tell(`${answered} requests`)
}

async function restartApiServer(site: Site): Promise<void> {
  await site.stopApiServer()
  await askWhile(site, () => site.startApiServer())
}

async function reboot(site: Site): Promise<void> {
  await askWhile(site, () => site.rebootNode())
}

/** Asks for privileged Pods all the while; being refused is right, whoever refuses, and being admitted never is. */
async function askWhile(site: Site, action: () => Promise<void>): Promise<void> {
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
