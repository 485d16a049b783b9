import { posix } from 'node:path'
import { readManifestFolders, WEBHOOK_PLUGINS } from '../api-server/config-files.ts'
import type { Check } from '../check.ts'
import { type Observation, ok, problem } from '../finding.ts'

/** Whether the AdmissionConfiguration names a folder of static manifests for each plugin that the API server can start with. */
export const admissionConfigurationCheck: Check = {
  name: 'admission-configuration',
  async run({ apiServer }) {
    const folders = apiServer === undefined ? undefined : await readManifestFolders(apiServer)
    if (apiServer === undefined || folders === undefined) return []
    const named = WEBHOOK_PLUGINS.flatMap((plugin) => {
      const folder = folders[plugin]
      return folder === undefined ? [] : [{ plugin, folder }]
    })
    if (named.length === 0) return [ok('it names no folder of static manifests')]
    const [first, second] = named
    const isShared =
      first !== undefined && second !== undefined && posix.normalize(first.folder) === posix.normalize(second.folder)
    return [
      ...(isShared
        ? [problem('both plugins have the same folder: it does not start with that', 'Give each its own.')]
        : []),
      ...(await Promise.all(
        named.map(async ({ plugin, folder }): Promise<Observation> => {
          if (!posix.isAbsolute(folder))
            return problem(`${plugin}: ${folder} is not absolute: it does not start with that`)
          const isFolder = await apiServer.stat(folder).then(
            (stats) => stats.isDirectory(),
            () => false,
          )
          return isFolder
            ? ok(`${plugin}: ${folder}`)
            : problem(`${plugin}: ${folder} is no folder: its next start fails`, 'Create it; it may be empty.')
        }),
      )),
    ]
  },
}
