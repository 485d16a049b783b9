import { join } from 'node:path'
import { ADMISSION_CONFIGURATION_FILE } from '../../clusters/manifests.ts'
import { isObject, parseExistingFile, readObjects } from '../../plugin/existing-file.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { messageOf } from '../../util/errors.ts'
import { readIfThere, replaceFile } from '../../util/replace-file.ts'
import type { Step } from './step.ts'

type Entry = Readonly<Record<string, unknown>>

const API_VERSION = 'apiserver.config.k8s.io/v1'

/**
 * What to do with the AdmissionConfiguration that we wrote: the folders of ours are taken out of it, and all else stays. An
 * API server older than 1.36, or one whose gate is off, does not start with them. A running one reads it at its start only.
 */
export async function planAdmissionConfiguration(root: string, folders: readonly string[]): Promise<Step[]> {
  const path = join(root, ADMISSION_CONFIGURATION_FILE)
  const text = await readIfThere(path)
  if (text === undefined) return []
  try {
    const file = { path, text }
    const object = parseExistingFile(file, API_VERSION, 'AdmissionConfiguration')
    const plugins = readObjects(file, object, 'plugins')
    const cleaned = plugins.map((plugin) => withoutFolders(plugin, folders)).filter((plugin) => plugin !== undefined)
    const foreign = cleaned.find(
      ({ configuration }) => isObject(configuration) && 'staticManifestsDir' in configuration,
    )
    const left =
      foreign === undefined ? '' : `; the staticManifestsDir of ${foreign['name']} is somebody else's and stays`
    if (JSON.stringify(cleaned) === JSON.stringify(plugins))
      return [{ what: path, action: 'leave', why: `names no folder of ours${left}` }]
    const perform = () => replaceFile(path, toYaml([{ ...object, plugins: cleaned }]))
    return [
      {
        what: path,
        action: 'clean',
        why: `an API server that knows no staticManifestsDir does not start with it${left}`,
        perform,
      },
    ]
  } catch (error) {
    return [{ what: path, action: 'leave', why: messageOf(error) }]
  }
}

/** The plugin without a folder of ours; undefined when that was all it had. */
function withoutFolders(plugin: Entry, folders: readonly string[]): Entry | undefined {
  const { configuration } = plugin
  if (!isObject(configuration) || !folders.includes(String(configuration['staticManifestsDir']))) return plugin
  const { staticManifestsDir, ...rest } = configuration
  const isEmpty = Object.keys(rest).every((field) => field === 'apiVersion' || field === 'kind')
  return isEmpty ? undefined : { ...plugin, configuration: rest }
}
