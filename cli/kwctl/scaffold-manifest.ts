import { Document, isMap, type Node, parseDocument, visit } from 'yaml'
import type { PolicyMetadata } from '../../evaluator/module/metadata.ts'
import { readMetadata } from '../../evaluator/module/metadata-section.ts'
import type { ModuleAccess } from '../../shim/modules/read-pulled-module.ts'
import { readModule } from '../../shim/policies/module-source.ts'
import { GatehouseError } from '../../util/errors.ts'
import { throwProblems } from '../../util/problems.ts'
import { resolveTypedModule } from '../typed-module.ts'
import type { ResourceKind } from './resource-kinds.ts'

export interface ScaffoldOptions {
  readonly type: ResourceKind
  /** YAML or JSON. */
  readonly settings: string
  readonly title?: string
  readonly allowContextAware: boolean
  readonly warn: (text: string) => void
  readonly access: ModuleAccess
}

/** The policy resource of a module, as YAML. @throws ERR_MODULE_METADATA, ERR_SETTINGS_INVALID, ERR_CLI_USAGE and others */
export async function scaffoldManifest(policy: string, options: ScaffoldOptions): Promise<string> {
  const module = resolveTypedModule(policy)
  const metadata = await readMetadata(await readModule({ id: policy, module }, options.access), policy)
  if (metadata === undefined)
    throw new GatehouseError(
      'ERR_MODULE_METADATA',
      `No Kubewarden metadata found inside of '${module}'.\nPolicies can be annotated with the \`kwctl annotate\` command.`,
    )
  const { rules, mutating, backgroundAudit } = metadata
  const resource = {
    apiVersion: 'policies.kubewarden.io/v1',
    kind: options.type,
    metadata: describeResource(metadata, options.title),
    spec: {
      module: await referenceOf(module, options.access),
      settings: {},
      rules,
      mutating,
      // true is what it is without
      ...(backgroundAudit ? {} : { backgroundAudit }),
      ...contextAccess(metadata, options),
    },
  }
  const document = new Document(resource)
  document.setIn(['spec', 'settings'], parseSettings(options.settings))
  visit(document, {
    Collection(_key, collection) {
      collection.flow = false
    },
  })
  return document.toString({ lineWidth: 0 })
}

// A cluster cannot know the digests of a store: of what was named by one, the reference under which it is stored.
async function referenceOf(module: string, access: ModuleAccess): Promise<string> {
  if (!module.startsWith('sha256:')) return module
  const { openStore } = await import('../../shim/modules/read-pulled-module.ts')
  const [stored] = await openStore(access).findByDigest(module)
  return stored?.reference ?? module
}

const SHOWN_ANNOTATIONS = ['io.kubewarden.policy.category', 'io.kubewarden.policy.severity']

function describeResource({ annotations }: PolicyMetadata, given: string | undefined) {
  const shown = SHOWN_ANNOTATIONS.flatMap((name) => {
    const text = annotations[name]
    return text === undefined ? [] : [[name, text] as const]
  })
  const name = given ?? annotations['io.kubewarden.policy.title']
  if (name !== undefined && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name))
    throw new GatehouseError(
      'ERR_CLI_USAGE',
      `Invalid title '${name}'. Must use lowercase alphanumeric chars, '-' or '.', start/end with alphanumeric.`,
      { hint: 'Give another one with --title.' },
    )
  return {
    ...(shown.length === 0 ? {} : { annotations: Object.fromEntries(shown) }),
    ...(name === undefined ? {} : { name }),
  }
}

// Only the cluster-wide kind has the field.
function contextAccess({ contextAwareResources: wanted }: PolicyMetadata, options: ScaffoldOptions) {
  if (options.type !== 'ClusterAdmissionPolicy' || wanted.length === 0) return {}
  if (options.allowContextAware) {
    options.warn('WARN Policy has been granted access to the Kubernetes resources mentioned by its metadata.\n')
    return { contextAwareResources: wanted }
  }
  options.warn(
    'WARN Policy requires access to Kubernetes resources at evaluation time. For safety reasons, the `contextAwareResources` attribute has been left empty.\n',
  )
  return {}
}

// As a document and not as values: numbers stay as they are written.
function parseSettings(text: string): Node | Record<string, never> {
  const { contents, errors } = parseDocument(text, { intAsBigInt: true, prettyErrors: false })
  throwProblems(
    'ERR_SETTINGS_INVALID',
    errors.map(({ message }) => ({ message: `Provided settings are not valid: ${message}` })),
  )
  if (contents === null) return {}
  if (isMap(contents)) return contents
  throw new GatehouseError('ERR_SETTINGS_INVALID', 'Provided settings are not valid: they are not one map')
}
