import { stringify } from 'yaml'

/**
 * One YAML file of several objects, in the given order; objects that are absent are left out. Kubernetes reads YAML 1.1,
 * where a plain `on` is a boolean, so a label's value that could be taken for something else is quoted.
 */
export function toYaml(objects: readonly (object | undefined)[]): string {
  return objects
    .filter((object) => object !== undefined)
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' }))
    .join('---\n')
}
