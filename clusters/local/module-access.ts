import type { ModuleAccess } from '../../shim/modules/read-pulled-module.ts'

/** How a shim with these flags gets its modules: a cluster's webhooks name the same ones. */
export function moduleAccessOf(shimArgs: readonly string[] = []): ModuleAccess {
  return {
    store: findFlag(shimArgs, '--policies-download-dir'),
    sources: findFlag(shimArgs, '--sources-path'),
    dockerConfig: findFlag(shimArgs, '--docker-config-json-path'),
  }
}

// `--flag=value`, or `--flag` and then its value; the last one counts
function findFlag(args: readonly string[], name: string): string | undefined {
  const values = args.flatMap((arg, index) => {
    if (arg.startsWith(`${name}=`)) return [arg.slice(name.length + 1)]
    const next = args[index + 1]
    return arg === name && next !== undefined ? [next] : []
  })
  return values.at(-1)
}
