import { setImmediate } from 'node:timers/promises'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { messageOf } from '../../util/errors.ts'
import { expectEqual, unexpected } from '../expect.ts'
import type { Site } from '../site.ts'
import { tryOut } from './ask.ts'
import { plainPod, privilegedPod } from './objects.ts'

const CLIENTS = 4

/** Requests that go on while an operator does something. */
export interface Load {
  /** Resolves when so many more were answered rightly. @throws ERR_E2E_UNEXPECTED once one was answered wrongly */
  answers(count: number): Promise<void>
}

/**
 * Creates Pods all the while, dry, one of two to be admitted and mutated, the other to be denied.
 * @throws ERR_E2E_UNEXPECTED if any was answered otherwise, or if the action fails
 */
export async function underLoad(site: Site, action: (load: Load) => Promise<void>): Promise<number> {
  using api = new KubeClient(await readKubeconfig(site.kubeconfig))
  const wrong: string[] = []
  let [answered, isOver] = [0, false]
  const client = async () => {
    for (let turn = 0; !isOver; turn++) {
      const said = await askOne(api, turn % 2 === 0)
      if (said === undefined) answered += 1
      else wrong.push(said)
    }
  }
  const clients = Promise.all(Array.from({ length: CLIENTS }, client))
  try {
    await action({
      async answers(count) {
        const wanted = answered + count
        while (answered < wanted && wrong.length === 0) await setImmediate()
        if (wrong.length > 0) throw unexpected(`a request under load: ${wrong[0]}`)
      },
    })
  } finally {
    isOver = true
    await clients
  }
  expectEqual(`requests that were answered wrongly, beside ${answered} others`, wrong, [])
  return answered
}

/** What was wrong with the answer, if anything. */
async function askOne(api: KubeClient, isPlain: boolean): Promise<string | undefined> {
  try {
    const { status, message, body } = await tryOut(api, isPlain ? plainPod('load') : privilegedPod('load'))
    if (isPlain) {
      const isMutated = JSON.stringify(body).includes('RuntimeDefault')
      return status === 201 && isMutated ? undefined : `a plain Pod was answered ${status} ${message}`
    }
    return message.endsWith('Privileged container is not allowed: web')
      ? undefined
      : `a privileged Pod was answered ${status} ${message}`
  } catch (error) {
    return messageOf(error)
  }
}
