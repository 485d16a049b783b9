import { expectEqual, unexpected } from '../expect.ts'
import type { FallbackDrill } from '../fallback-drill.ts'
import type { ScenarioStep, Tell } from '../scenario-step.ts'
import type { Site } from '../site.ts'
import { askWhile } from './ask-while.ts'
import { endOnFailure } from './end-on-failure.ts'
import { underLoad } from './load.ts'

const SOME = 50

/** What happens when the shim is there, and can decide nothing. */
export const fallbackSteps: readonly ScenarioStep[] = [
  {
    title: 'the shim dies and comes back without policies, and its fallback gives the same verdicts',
    needs: ['falls-back'],
    run: fallBack,
  },
  {
    title: 'with its policies back the shim decides by itself again, and no request is refused for it',
    needs: ['falls-back'],
    run: comeBack,
  },
]

async function fallBack(site: Site, tell: Tell): Promise<void> {
  const drill = drillOf(site)
  await askWhile(site, () => drill.begin())
  const before = await drill.countDecisions()
  const answered = await underLoad(site, (load) => load.answers(SOME))
  const after = await drill.countDecisions()
  expectEqual('what a shim without policies has decided', after.shim, 0)
  const byFallback = after.fallback - before.fallback
  if (byFallback < answered) throw unexpected(`${answered} requests, and ${byFallback} decisions of the fallback`)
  tell(`${answered} requests, all decided by the fallback`)
}

async function comeBack(site: Site, tell: Tell): Promise<void> {
  const drill = drillOf(site)
  const mended = await endOnFailure(drill, () => mend(site, drill))
  const ending = await underLoad(site, () => drill.end())
  tell(`${mended + ending} requests`)
}

async function mend(site: Site, drill: FallbackDrill): Promise<number> {
  const meanwhile = await underLoad(site, async (load) => {
    await load.answers(SOME)
    await drill.mend()
    await load.answers(SOME)
  })
  const before = await drill.countDecisions()
  const answered = await underLoad(site, (load) => load.answers(SOME))
  const after = await drill.countDecisions()
  expectEqual('what the fallback has decided', after.fallback, before.fallback)
  const byShim = after.shim - before.shim
  if (byShim < answered) throw unexpected(`${answered} requests, and ${byShim} decisions of the shim`)
  return meanwhile + answered
}

function drillOf({ drill }: Site): FallbackDrill {
  if (drill === undefined) throw unexpected('nothing can be fallen back to here')
  return drill
}
