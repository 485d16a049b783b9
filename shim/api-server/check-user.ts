import { backoffMs } from '../../kube/backoff.ts'
import type { KubeClient } from '../../kube/requests/kube-client.ts'
import { isKubeError } from '../../kube/requests/kube-error.ts'
import { sleep } from '../../kube/sleep.ts'
import { DEFAULT_SHIM_USER } from '../../plugin/exclusions.ts'
import type { Log } from '../../util/log.ts'

interface SelfSubjectReview {
  readonly status?: { readonly userInfo?: { readonly username?: string } }
}

/**
 * Asks the API server, as soon as it answers, who the shim is to it, and warns when that is somebody whom policies are asked
 * about: a shim that waits for its own verdict waits in vain.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#self-subject-review
 */
export async function checkUser(client: KubeClient, log: Log, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const user = await readUserName(client, signal)
      const isExcluded = user === DEFAULT_SHIM_USER
      log[isExcluded ? 'info' : 'warn'](
        { user, server: client.server },
        isExcluded ? 'known to the API server' : `is another user than ${DEFAULT_SHIM_USER}, whom policies leave alone`,
      )
      return
    } catch (error) {
      // an API server that does not tell, such as one older than 1.28, never will
      if (isKubeError(error, 403, 404)) return
      await sleep(backoffMs(failures), signal)
    }
  }
}

async function readUserName(client: KubeClient, signal: AbortSignal): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const { status } = await client.call<SelfSubjectReview>({ method: 'POST', path, body, signal })
  return status?.userInfo?.username ?? ''
}
