import { unexpected } from '../expect.ts'
import { describeChanges, listObjects, listSettledObjects } from '../inventory.ts'
import type { ScenarioStep, Tell } from '../scenario-step.ts'
import type { Site } from '../site.ts'
import { until } from '../until.ts'
import { expectAdmitted } from './ask.ts'
import { privilegedPod } from './objects.ts'

interface Inventory {
  readonly objects: readonly string[]
  readonly files: Readonly<Record<string, string>>
}

/** Garbage collection takes its time. */
const SETTLING_SECONDS = 60

/** The first steps, and the last, which compares what is there with what the first one has seen. */
export function comingAndGoing(): { readonly first: readonly ScenarioStep[]; readonly last: readonly ScenarioStep[] } {
  let before: Inventory = { objects: [], files: {} }
  const takeStock = async (site: Site, tell: Tell) => {
    before = { objects: await listSettledObjects(site.api), files: await site.readFiles() }
    tell(`${before.objects.length} objects, ${Object.keys(before.files).length} files`)
    await expectAdmitted(site.api, privilegedPod('privileged'))
  }
  const compare = async (site: Site) => {
    const settled = async () => describeChanges(before.objects, await listObjects(site.api)).length === 0 || undefined
    await until('the objects are those of before', SETTLING_SECONDS, settled).catch(async () => {
      throw unexpected(describeChanges(before.objects, await listObjects(site.api)).join('\n'))
    })
    const changes = describeChanges(describeFiles(before), describeFiles({ files: await site.readFiles() }))
    if (changes.length > 0) throw unexpected(changes.join('\n'))
  }
  return {
    first: [
      { title: 'a cluster without policies admits a privileged Pod', isFoundation: true, run: takeStock },
      { title: 'the policies are installed', isFoundation: true, run: (site) => site.install('combined') },
    ],
    last: [
      { title: 'everything is uninstalled', isFoundation: true, run: (site) => site.uninstall() },
      { title: 'nobody asks a policy any more', run: admitted },
      { title: 'objects and files are what they were', run: compare },
    ],
  }
}

async function admitted({ api }: Site): Promise<void> {
  await expectAdmitted(api, privilegedPod('privileged'))
}

function describeFiles({ files }: Pick<Inventory, 'files'>): string[] {
  return Object.entries(files).map(([path, content]) => `${path}: ${content}`)
}
