import { GatehouseError } from '../util/errors.ts'

/** The gates that exist, and whether each is on when nobody says. */
const DEFAULTS = { WasmPolicies: false } as const

/** Which gates are on. One gate, `WasmPolicies`, stands for everything that is not stock Kubernetes. */
export type FeatureGates = Readonly<Record<keyof typeof DEFAULTS, boolean>>

/** All gates as they are when nobody says. */
export const DEFAULT_FEATURE_GATES: FeatureGates = DEFAULTS

// The spellings of Go's strconv.ParseBool, which is what Kubernetes' own --feature-gates goes through.
const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false])),
}

/** Reads `WasmPolicies=true` in the syntax of Kubernetes' components: `A=true,B=false`, the last one wins. */
export function parseFeatureGates(text: string): FeatureGates {
  const settings = text.split(',').filter((setting) => setting.trim() !== '')
  return { ...DEFAULTS, ...Object.fromEntries(settings.map(parseSetting)) }
}

function parseSetting(setting: string): [string, boolean] {
  const [name = '', value, ...rest] = setting.split('=').map((part) => part.trim())
  if (!Object.hasOwn(DEFAULTS, name)) {
    throw refuse(`--feature-gates: unknown gate '${name}'`, `Gates: ${Object.keys(DEFAULTS).join(', ')}.`)
  }
  const isOn = value === undefined || rest.length > 0 ? undefined : BOOLEANS[value]
  if (isOn === undefined) {
    throw refuse(
      `--feature-gates: '${setting.trim()}' is not a gate with a value`,
      `Write ${name}=true or ${name}=false.`,
    )
  }
  return [name, isOn]
}

function refuse(message: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', message, { hint })
}
