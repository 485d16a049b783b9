import { Json, Kind } from './json'

/** Host ports that Pods may use, both ends included. */
export class PortRange {
  constructor(
    public readonly min: f64,
    public readonly max: f64,
  ) {}
}

/** The settings of Kubewarden's policy host-namespaces-psp. */
export class Settings {
  allowNetwork: bool = false
  allowProcesses: bool = false
  allowIpc: bool = false
  allowedPorts: PortRange[] = []
  /** What is wrong with them; empty when nothing is. */
  problem: string = ''

  allowsPort(port: f64): bool {
    for (let i = 0; i < this.allowedPorts.length; i++) {
      const range = this.allowedPorts[i]
      if (range.min <= port && port <= range.max) return true
    }
    return false
  }
}

const MAX_PORT: f64 = 65535

/** Reads settings; a misspelt one is a problem, as it would not do what was meant. */
export function readSettings(json: Json): Settings {
  const settings = new Settings()
  const names = json.members.keys()
  for (let i = 0; i < names.length && settings.problem == ''; i++) {
    readSetting(settings, names[i], json.members.get(names[i]))
  }
  return settings
}

function readSetting(settings: Settings, name: string, value: Json): void {
  if (name == 'allow_host_network') settings.allowNetwork = readSwitch(settings, name, value)
  else if (name == 'allow_host_pid') settings.allowProcesses = readSwitch(settings, name, value)
  else if (name == 'allow_host_ipc') settings.allowIpc = readSwitch(settings, name, value)
  else if (name == 'allow_host_ports') readRanges(settings, value)
  else settings.problem = 'there is no setting ' + name
}

function readSwitch(settings: Settings, name: string, value: Json): bool {
  if (value.kind != Kind.Boolean) settings.problem = name + ' must be true or false'
  return value.isTrue
}

function readRanges(settings: Settings, value: Json): void {
  if (value.kind != Kind.Array) settings.problem = 'allow_host_ports must be a list'
  for (let i = 0; i < value.items.length; i++) {
    const range = readRange(value.items[i])
    if (range == null) settings.problem = 'allow_host_ports[' + i.toString() + '] must have a min and a max, two ports in this order'
    else settings.allowedPorts.push(range)
  }
}

function readRange(json: Json): PortRange | null {
  const min = json.get('min')
  const max = json.get('max')
  if (min == null || max == null || json.members.size != 2) return null
  const range = new PortRange(readPort(min), readPort(max))
  return range.min <= range.max ? range : null
}

// A value that is no port is not a number, which is in no order with others.
function readPort(json: Json): f64 {
  const port = json.kind == Kind.Number ? F64.parseFloat(json.text) : NaN
  return port >= 0 && port <= MAX_PORT && Math.trunc(port) == port ? port : NaN
}
