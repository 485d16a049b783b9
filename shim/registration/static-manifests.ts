import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { STATIC_MANIFEST_FILE, type StaticManifestFolders } from '../../plugin/static-manifests.ts'
import type { WebhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { readIfThere, replaceFile } from '../../util/replace-file.ts'

/** The folder for each kind, below one that holds nothing else. */
export function staticManifestFolders(folder: string): StaticManifestFolders {
  return { validating: join(folder, 'validating'), mutating: join(folder, 'mutating') }
}

/** What the one file in each of the folders says; a kind without policies has none. */
export function staticManifestTexts({ validating, mutating }: WebhookConfigurations) {
  const text = (configuration: object | undefined) =>
    configuration === undefined ? undefined : toYaml([configuration])
  return { validating: text(validating), mutating: text(mutating) }
}

/**
 * Writes the folders for an API server that does not run yet. They appear whole or not at all: one that starts with half
 * of them would start with half of the policies.
 */
export async function createStaticManifests(folder: string, desired: WebhookConfigurations): Promise<void> {
  const draft = `${folder}.draft`
  await rm(draft, { recursive: true, force: true })
  await replaceStaticManifests(draft, desired)
  await rename(draft, folder)
}

/**
 * Makes the files those of the desired configurations, and says which there are. The API server looks at its folders
 * whenever something happens in them.
 */
export async function replaceStaticManifests(folder: string, desired: WebhookConfigurations): Promise<string[]> {
  const folders = staticManifestFolders(folder)
  const texts = staticManifestTexts(desired)
  const files: string[] = []
  for (const kind of ['validating', 'mutating'] as const) {
    const file = join(folders[kind], STATIC_MANIFEST_FILE)
    const text = texts[kind]
    await makeFolder(folders[kind])
    if (text === undefined) {
      await rm(file, { force: true })
    } else {
      await replaceFile(file, text)
      files.push(file)
    }
  }
  return files
}

/** Whether the files are those of the desired configurations already. */
export async function areStaticManifests(folder: string, desired: WebhookConfigurations): Promise<boolean> {
  const folders = staticManifestFolders(folder)
  const texts = staticManifestTexts(desired)
  const equal = (['validating', 'mutating'] as const).map(
    async (kind) => (await readIfThere(join(folders[kind], STATIC_MANIFEST_FILE))) === texts[kind],
  )
  return (await Promise.all(equal)).every(Boolean)
}
