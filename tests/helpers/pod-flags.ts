/** The arguments of a pod's container as flags of the shim: what commander would make of them. */
export function toShimFlags(args: readonly string[]): Record<string, string | true> {
  const flags: Record<string, string | true> = {}
  for (const [index, arg] of args.entries()) {
    if (!arg.startsWith('--')) continue
    const name = arg.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    const next = args[index + 1]
    flags[name] = next === undefined || next.startsWith('--') ? true : next
  }
  return flags
}
