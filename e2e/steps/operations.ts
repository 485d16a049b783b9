import { beginRotation, confirmByHand } from '../../shim/tls/operate-authority.ts'
import { expectEqual } from '../expect.ts'
import type { ScenarioStep, Tell } from '../scenario-step.ts'
import type { Site } from '../site.ts'
import { until } from '../until.ts'
import { askWhile } from './ask-while.ts'
import { underLoad } from './load.ts'

const SOME = 50
/** Longer than a kubelet takes to bring a Secret to its pods. */
const RENEWED_SECONDS = 180

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
  const before = await site.readSigners()
  const answered = await underLoad(site, async (load) => {
    await load.answers(SOME)
    await beginRotation({ folder })
    await site.publishAuthorities()
    await load.answers(SOME)
    expectEqual('who signed the certificate before the rotation is confirmed', await site.readSigners(), before)
    await confirmByHand({ folder })
    await site.renewCertificates()
    await until('what is shown is signed by the new authority alone', RENEWED_SECONDS, async () => {
      const signers = await site.readSigners()
      return !signers.some((signer) => before.includes(signer)) || undefined
    })
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
