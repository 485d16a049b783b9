import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import type { ContainerEngine } from '../../containers/engine.ts'
import { makeShortFolder } from './short-folder.ts'

/** An object of `gatehouse install`, as a reader of the YAML sees it. */
// biome-ignore lint/suspicious/noExplicitAny: objects of all kinds
export type InstalledObject = any

/** Starts one pod of the Deployment as a kubelet would, as a container of an engine; returns its address. */
export async function startPod(t: Test, engine: ContainerEngine, objects: readonly InstalledObject[]): Promise<string> {
  const { spec } = objects.find(({ kind }) => kind === 'Deployment').spec.template
  const [{ args, image, volumeMounts, securityContext }] = spec.containers
  const folder = makeShortFolder(t)
  chmodSync(folder, 0o755)
  const mounts = volumeMounts.flatMap(({ name, mountPath }: InstalledObject) => {
    const volume = spec.volumes.find((candidate: InstalledObject) => candidate.name === name)
    if ('emptyDir' in volume) return ['--tmpfs', `${mountPath}:mode=1777`]
    const path = join(folder, name)
    for (const [file, content] of filesOf(volume, objects)) write(join(path, file), content)
    return ['--volume', `${path}:${mountPath}:ro`]
  })
  // a network of its own: an engine's default one may be absent
  const network = `gatehouse-test-${process.pid}`
  await engine.run(['network', 'create', network])
  t.teardown(() => engine.run(['network', 'rm', network]))
  const container = await engine.run([
    ...[
      'run',
      '--detach',
      '--network',
      network,
      '--user',
      `${spec.securityContext.runAsUser}:${spec.securityContext.runAsGroup}`,
    ],
    ...(securityContext.readOnlyRootFilesystem ? ['--read-only'] : []),
    ...['--cap-drop', securityContext.capabilities.drop[0], '--security-opt', 'no-new-privileges'],
    ...[...mounts, image, ...args],
  ])
  t.teardown(() => engine.run(['rm', '--force', container]))
  return engine.run(['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container])
}

/** The files of a volume, by their path in it. */
function filesOf(volume: InstalledObject, objects: readonly InstalledObject[]): [string, Buffer][] {
  const read = (kind: string, name: string): [string, Buffer][] => {
    const { data = {}, binaryData = {} } = objects.find((o) => o.kind === kind && o.metadata.name === name)
    const decode = ([key, text]: [string, unknown]): [string, Buffer] => [key, Buffer.from(String(text), 'base64')]
    if (kind === 'Secret') return Object.entries(data).map(decode)
    const texts = Object.entries(data).map(([key, text]): [string, Buffer] => [key, Buffer.from(String(text))])
    return [...texts, ...Object.entries(binaryData).map(decode)]
  }
  if ('secret' in volume) return read('Secret', volume.secret.secretName)
  if ('configMap' in volume) return read('ConfigMap', volume.configMap.name)
  return volume.projected.sources.flatMap(({ configMap }: InstalledObject) =>
    configMap.items.flatMap(({ key, path }: InstalledObject) =>
      read('ConfigMap', configMap.name)
        .filter(([name]) => name === key)
        .map(([, content]): [string, Buffer] => [path, content]),
    ),
  )
}

function write(path: string, content: Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
