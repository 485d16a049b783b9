import { createHash } from 'node:crypto'
import type { Registration } from '../registration-mode.ts'
import { type Duties, needsToken } from './access.ts'
import { MODULE_KEY, POLICIES_CONFIG_MAP } from './config-maps.ts'
import { head, INSTALL_NAME, POD_LABELS } from './head.ts'
import { REGISTRY_USERS_KEY, REGISTRY_USERS_SECRET } from './registry-users.ts'
import { CERTIFICATE_SECRET } from './secret.ts'
import { SOURCES_KEY, SOURCES_SECRET } from './sources.ts'
import { standInFlags } from './stand-in.ts'

export interface DeploymentOptions extends Duties {
  readonly namespace: string
  readonly image: string
  readonly replicas: number
  /** How those that stand in register the policies. */
  readonly registration: Registration
  /** The ConfigMaps of the modules that are brought along. */
  readonly moduleNames: readonly string[]
  /** A sources file: how the registries are reached that modules are pulled from. */
  readonly sources?: string
  /** Docker's config.json: who to be there. */
  readonly registryUsers?: string
  /** What the pods read: other pods when it is another. */
  readonly configuration: string
}

/** The image's user, group and writable folders. */
const USER = 65532
const STATE = '/var/lib/gatehouse'
const SOCKETS = '/run/gatehouse'

/** Folders of the pod, which our own policies files name. */
export const POD_FOLDERS = {
  policies: '/etc/gatehouse/policies',
  modules: '/etc/gatehouse/modules',
  certificate: '/etc/gatehouse/tls',
  sources: '/etc/gatehouse/sources',
  registryUsers: '/etc/gatehouse/registries',
} as const

/** As Docker calls it. */
const DOCKER_CONFIG_FILE = 'config.json'

const PORT = 8443
const PROBES = 8081
/** An evaluation takes 128 MiB at most, the rest of the process some 150. */
const WORKERS = 4
const MEMORY_LIMIT = '1Gi'

/** The policy server: the shim as an ordinary webhook. */
export function deployment(options: DeploymentOptions) {
  const { namespace, replicas, configuration } = options
  const digest = createHash('sha256').update(configuration).digest('hex').slice(0, 32)
  return {
    ...head('apps/v1', 'Deployment', { name: INSTALL_NAME, namespace }),
    spec: {
      replicas,
      selector: { matchLabels: POD_LABELS },
      // nobody goes before his successor answers
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: POD_LABELS, annotations: { 'gatehouse.internal/configuration': digest } },
        spec: podSpec(options),
      },
    },
  }
}

function podSpec(options: DeploymentOptions) {
  const { moduleNames, sources, registryUsers } = options
  return {
    serviceAccountName: INSTALL_NAME,
    automountServiceAccountToken: needsToken(options),
    // without it nothing of what it is asked about can start
    priorityClassName: 'system-cluster-critical',
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 35,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: POD_LABELS },
    })),
    containers: [container(options)],
    volumes: [
      { name: 'policies', configMap: { name: POLICIES_CONFIG_MAP } },
      { name: 'tls', secret: { secretName: CERTIFICATE_SECRET, defaultMode: 0o440 } },
      { name: 'state', emptyDir: {} },
      { name: 'sockets', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ...(sources === undefined
        ? []
        : [{ name: 'sources', secret: { secretName: SOURCES_SECRET, defaultMode: 0o440 } }]),
      ...(registryUsers === undefined ? [] : [{ name: 'registries', secret: registryUsersVolume() }]),
      ...(moduleNames.length > 0 ? [{ name: 'modules', projected: { sources: moduleNames.map(moduleSource) } }] : []),
    ],
  }
}

function registryUsersVolume() {
  const items = [{ key: REGISTRY_USERS_KEY, path: DOCKER_CONFIG_FILE }]
  return { secretName: REGISTRY_USERS_SECRET, defaultMode: 0o440, items }
}

function container(options: DeploymentOptions) {
  const { image, moduleNames, sources, registryUsers } = options
  const readOnly = true
  return {
    name: 'policy-server',
    image,
    imagePullPolicy: 'IfNotPresent',
    args: [
      ...['--policies', POD_FOLDERS.policies, '--policies-download-dir', `${STATE}/store`],
      ...['--port', String(PORT), '--readiness-probe-port', String(PROBES)],
      ...['--cert-file', `${POD_FOLDERS.certificate}/tls.crt`, '--key-file', `${POD_FOLDERS.certificate}/tls.key`],
      ...['--admin-socket', `${SOCKETS}/admin.sock`, '--workers', String(WORKERS), '--log-fmt', 'json'],
      // API servers keep connections to this pod after others have taken its place
      ...['--linger', '10'],
      ...(sources === undefined ? [] : ['--sources-path', `${POD_FOLDERS.sources}/${SOURCES_KEY}`]),
      ...(registryUsers === undefined ? [] : ['--docker-config-json-path', POD_FOLDERS.registryUsers]),
      ...dutyFlags(options),
    ],
    ports: [
      { name: 'https', containerPort: PORT },
      { name: 'probes', containerPort: PROBES },
    ],
    // it listens when everything is loaded; what has to be pulled first may take its time
    startupProbe: { httpGet: { path: '/livez', port: 'probes' }, periodSeconds: 1, failureThreshold: 300 },
    readinessProbe: { httpGet: { path: '/readiness', port: 'probes' }, periodSeconds: 5 },
    livenessProbe: { httpGet: { path: '/livez', port: 'probes' }, periodSeconds: 10, timeoutSeconds: 5 },
    // until no node sends new connections any more
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: MEMORY_LIMIT } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'policies', mountPath: POD_FOLDERS.policies, readOnly },
      { name: 'tls', mountPath: POD_FOLDERS.certificate, readOnly },
      { name: 'state', mountPath: STATE },
      { name: 'sockets', mountPath: SOCKETS },
      ...(sources === undefined ? [] : [{ name: 'sources', mountPath: POD_FOLDERS.sources, readOnly }]),
      ...(registryUsers === undefined ? [] : [{ name: 'registries', mountPath: POD_FOLDERS.registryUsers, readOnly }]),
      ...(moduleNames.length > 0 ? [{ name: 'modules', mountPath: POD_FOLDERS.modules, readOnly }] : []),
    ],
  }
}

function dutyFlags(options: DeploymentOptions): string[] {
  const { namespace, registration, events, standIn } = options
  const caFile = `${POD_FOLDERS.certificate}/ca.crt`
  return [
    ...(needsToken(options) ? ['--kubeconfig', 'in-cluster'] : []),
    ...(events ? ['--events'] : []),
    ...(standIn === undefined ? [] : standInFlags({ namespace, registration, caFile, standIn })),
  ]
}

function moduleSource(name: string) {
  return { configMap: { name, items: [{ key: MODULE_KEY, path: moduleFileName(name) }] } }
}

/** Where the module of a ConfigMap lies in the pod's folder of modules. */
export function moduleFileName(configMap: string): string {
  return `${configMap}.wasm`
}
