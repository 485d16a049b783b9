import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isScalar, parseDocument, stringify, visit } from 'yaml'
import { packageRoot } from '../util/package-root.ts'

const creations = (apiGroup: string, resource: string) => [
  { apiGroups: [apiGroup], apiVersions: ['v1'], operations: ['CREATE'], resources: [resource] },
]

/**
 * The scenario's policies: sample policies of every kind of guest. Those about Pods are about Pods alone, so that a Deployment
 * is admitted whose Pods are not.
 */
function listPolicies(moduleOf: (sample: string) => string): object {
  return {
    'pod-privileged': { module: moduleOf('pod-privileged'), rules: creations('', 'pods') },
    'default-seccomp-profile': {
      module: moduleOf('default-seccomp-profile'),
      allowedToMutate: true,
      rules: creations('', 'pods'),
    },
    'image-sources': {
      module: moduleOf('image-sources'),
      settings: { allowed_registries: ['docker.io'] },
      rules: creations('batch', 'cronjobs'),
    },
    'replica-limits': {
      module: moduleOf('replica-limits'),
      settings: { ranges: [{ min_replicas: 1, max_replicas: 5 }] },
      rules: creations('apps', 'deployments'),
    },
    'ingress-tls': {
      module: moduleOf('ingress-tls'),
      settings: { allowed_domains: ['example.org'] },
      rules: creations('networking.k8s.io', 'ingresses'),
    },
    'exposed-with-owner': {
      expression: 'inside() || owned()',
      message: 'a Service that is reached from outside needs the labels owner and ticket',
      policies: {
        inside: { module: moduleOf('service-types'), settings: { denied_types: ['NodePort'] } },
        owned: { module: moduleOf('require-labels'), settings: { required_labels: ['owner', 'ticket'] } },
      },
      rules: creations('', 'services'),
    },
  }
}

/** Writes the scenario's policies.yml into a folder, and returns the file. */
export async function writeScenarioPolicies(folder: string): Promise<string> {
  const file = join(folder, 'policies.yml')
  await writeFile(file, stringify(listPolicies((sample) => join(packageRoot(), 'policies', sample, 'policy.wasm'))))
  return file
}

/** What a policies.yml says, for a copy of it elsewhere: modules that are files are named by their whole paths. */
export function readWithAbsoluteModules(file: string): Promise<string> {
  return readWithModules(file, (module) => module)
}

/** What a policies.yml says, with other names for modules that are files. */
export async function readWithModules(file: string, nameOf: (module: string) => string): Promise<string> {
  const document = parseDocument(await readFile(file, 'utf8'))
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'module' || !isScalar(value)) return
      const module = String(value.value)
      if (!module.includes('://')) value.value = nameOf(resolve(dirname(file), module))
    },
  })
  return document.toString()
}
