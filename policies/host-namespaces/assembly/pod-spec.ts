import { Json, Kind } from './json'
import { Settings } from './settings'

const TEMPLATE = ['spec', 'template', 'spec']

/** The Pod spec in an object of a built-in kind; null in those that hold none. */
export function findPodSpec(kind: Json, object: Json | null): Json | null {
  const path = pathOfPodSpec(textOf(kind, 'group') + '/' + textOf(kind, 'kind'))
  if (path.length == 0) return null
  let found = object
  for (let i = 0; i < path.length && found != null; i++) found = found.get(path[i])
  return found
}

function pathOfPodSpec(kind: string): string[] {
  if (kind == '/Pod') return ['spec']
  if (kind == 'batch/CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec']
  const hasTemplate =
    kind == '/ReplicationController' ||
    kind == 'apps/DaemonSet' ||
    kind == 'apps/Deployment' ||
    kind == 'apps/ReplicaSet' ||
    kind == 'apps/StatefulSet' ||
    kind == 'batch/Job'
  return hasTemplate ? TEMPLATE : []
}

/** What a Pod would use of its host without being allowed to, in words. */
export function findUses(spec: Json | null, settings: Settings): string[] {
  const uses: string[] = []
  if (spec == null) return uses
  if (!settings.allowNetwork && isSet(spec, 'hostNetwork')) uses.push('the network of the host')
  if (!settings.allowProcesses && isSet(spec, 'hostPID')) uses.push('the processes of the host')
  if (!settings.allowIpc && isSet(spec, 'hostIPC')) uses.push('the IPC of the host')
  findPorts(spec, 'initContainers', settings, uses)
  findPorts(spec, 'containers', settings, uses)
  return uses
}

function findPorts(spec: Json, list: string, settings: Settings, uses: string[]): void {
  const containers = listOf(spec, list)
  for (let i = 0; i < containers.length; i++) {
    const ports = listOf(containers[i], 'ports')
    for (let j = 0; j < ports.length; j++) {
      const port = ports[j].get('hostPort')
      if (port == null) continue
      if (port.kind != Kind.Number) throw new Error('hostPort is not a number')
      const number = F64.parseFloat(port.text)
      // 0 is what Go clients write for none
      if (number != 0 && !settings.allowsPort(number)) {
        uses.push('host port ' + port.text + ' (container ' + textOf(containers[i], 'name') + ')')
      }
    }
  }
}

// Of another shape than the API server's, there is no verdict but a failure, which denies.

function isSet(json: Json, name: string): bool {
  const value = json.get(name)
  if (value != null && value.kind != Kind.Boolean) throw new Error(name + ' is neither true nor false')
  return value != null && value.isTrue
}

function listOf(json: Json, name: string): Json[] {
  const value = json.get(name)
  if (value != null && value.kind != Kind.Array) throw new Error(name + ' is not a list')
  return value == null ? [] : value.items
}

function textOf(json: Json, name: string): string {
  const value = json.get(name)
  return value == null ? '' : value.text
}
