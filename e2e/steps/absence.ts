import type { AbsenceDrill } from '../absence-drill.ts'
import { expectEqual, unexpected } from '../expect.ts'
import type { ScenarioStep, Tell } from '../scenario-step.ts'
import type { Site } from '../site.ts'
import { askWhile } from './ask-while.ts'
import { endOnFailure } from './end-on-failure.ts'
import { underLoad } from './load.ts'

const SOME = 50

/** What happens when the shim is gone for good. */
export const absenceSteps: readonly ScenarioStep[] = [
  {
    title:
      'registered by API objects, beside a policy server, the shim decides as before, and no request is refused for it',
    needs: ['falls-back'],
    run: register,
  },
  {
    title: 'the shim dies and stays away, and the policy server behind the Service gives the same verdicts',
    needs: ['falls-back'],
    run: lose,
  },
  {
    title:
      'the shim is there again, and when it has lived for a while it decides by itself, and no request is refused for it',
    needs: ['falls-back'],
    run: regain,
  },
]

async function register(site: Site, tell: Tell): Promise<void> {
  const drill = drillOf(site)
  const meanwhile = await underLoad(site, async (load) => {
    await load.answers(SOME)
    await drill.begin()
    await load.answers(SOME)
  })
  tell(`${meanwhile + (await expectShimAlone(site, drill))} requests`)
}

async function lose(site: Site, tell: Tell): Promise<void> {
  const drill = drillOf(site)
  await askWhile(site, () => drill.lose())
  const before = await drill.countDecisions()
  const answered = await underLoad(site, (load) => load.answers(SOME))
  const byServer = (await drill.countDecisions()).fallback - before.fallback
  if (byServer < answered) throw unexpected(`${answered} requests, and ${byServer} decisions of the policy server`)
  tell(`${answered} requests, all decided by the policy server`)
}

async function regain(site: Site, tell: Tell): Promise<void> {
  const drill = drillOf(site)
  const regained = await endOnFailure(drill, async () => {
    const meanwhile = await underLoad(site, async (load) => {
      await drill.regain()
      await load.answers(SOME)
    })
    return meanwhile + (await expectShimAlone(site, drill))
  })
  const ending = await underLoad(site, () => drill.end())
  tell(`${regained + ending} requests`)
}

async function expectShimAlone(site: Site, drill: AbsenceDrill): Promise<number> {
  const before = await drill.countDecisions()
  const answered = await underLoad(site, (load) => load.answers(SOME))
  const after = await drill.countDecisions()
  expectEqual('what the policy server has decided', after.fallback, before.fallback)
  const byShim = after.shim - before.shim
  if (byShim < answered) throw unexpected(`${answered} requests, and ${byShim} decisions of the shim`)
  return answered
}

function drillOf({ absence }: Site): AbsenceDrill {
  if (absence === undefined) throw unexpected('no Service can take the place of a shim here')
  return absence
}
