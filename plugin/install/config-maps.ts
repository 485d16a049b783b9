import { head } from './head.ts'

/** A file of policies by its name in the folder. */
export interface PolicyText {
  readonly name: string
  readonly text: string
}

/** A module that is brought along, by the name of its ConfigMap. */
export interface ModuleFile {
  readonly name: string
  readonly bytes: Uint8Array
}

export const POLICIES_CONFIG_MAP = 'gatehouse-policies'

/** The key of a module in its ConfigMap. */
export const MODULE_KEY = 'policy.wasm'

export function policiesConfigMap(namespace: string, policies: readonly PolicyText[]) {
  return {
    ...head('v1', 'ConfigMap', { name: POLICIES_CONFIG_MAP, namespace }),
    data: Object.fromEntries(policies.map(({ name, text }) => [name, text])),
  }
}

/** One each, since one holds a megabyte. */
export function moduleConfigMaps(namespace: string, modules: readonly ModuleFile[]) {
  return modules.map(({ name, bytes }) => ({
    ...head('v1', 'ConfigMap', { name, namespace }),
    binaryData: { [MODULE_KEY]: Buffer.from(bytes).toString('base64') },
  }))
}
