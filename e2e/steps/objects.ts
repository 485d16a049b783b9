/** Names of what the scenario creates begin so. */
export const PREFIX = 'gatehouse-e2e'

const CONTAINER = { name: 'web', image: 'registry.example.com/web:1' }
const PRIVILEGED = { ...CONTAINER, securityContext: { privileged: true } }

/** An object, and where it is created. */
export interface Creation {
  /** The collection's path. */
  readonly path: string
  readonly body: object
}

const inDefault = (api: string, collection: string) => `${api}/namespaces/default/${collection}`

/** A Pod that all policies let pass; one of them completes it. */
export function plainPod(name: string): Creation {
  return pod(name, [CONTAINER])
}

export function privilegedPod(name: string): Creation {
  return pod(name, [PRIVILEGED])
}

function pod(name: string, containers: readonly object[]): Creation {
  return { path: inDefault('/api/v1', 'pods'), body: { metadata: { name: `${PREFIX}-${name}` }, spec: { containers } } }
}

export function deployment(name: string, replicas: number, container: object = CONTAINER): Creation {
  const labels = { app: `${PREFIX}-${name}` }
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } }
  return {
    path: inDefault('/apis/apps/v1', 'deployments'),
    body: { metadata: { name: `${PREFIX}-${name}` }, spec: { replicas, selector: { matchLabels: labels }, template } },
  }
}

export function cronJob(name: string, image: string): Creation {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'web', image }] } }
  return {
    path: inDefault('/apis/batch/v1', 'cronjobs'),
    body: {
      metadata: { name: `${PREFIX}-${name}` },
      spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template } } },
    },
  }
}

export function ingress(name: string, host: string, tlsHosts: readonly string[]): Creation {
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const rule = { host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }
  return {
    path: inDefault('/apis/networking.k8s.io/v1', 'ingresses'),
    body: {
      metadata: { name: `${PREFIX}-${name}` },
      spec: { rules: [rule], tls: [{ hosts: tlsHosts, secretName: 'web' }] },
    },
  }
}

export function nodePort(name: string, labels: object): Creation {
  return {
    path: inDefault('/api/v1', 'services'),
    body: { metadata: { name: `${PREFIX}-${name}`, labels }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
  }
}
