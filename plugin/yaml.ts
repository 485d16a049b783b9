import { stringify } from 'yaml'

/** One YAML file of several objects, in the given order; objects that are absent are left out. */
export function toYaml(objects: readonly (object | undefined)[]): string {
  return objects
    .filter((object) => object !== undefined)
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n')
}
