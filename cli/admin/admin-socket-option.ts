import { Option } from 'commander'
import { FLAG_DEFAULTS } from '../../shim/flag-defaults.ts'

/** `--admin-socket`, the same for every command that asks a running shim. */
export function adminSocketOption(): Option {
  return new Option('--admin-socket <path>', "the shim's admin socket").default(FLAG_DEFAULTS.adminSocket)
}
