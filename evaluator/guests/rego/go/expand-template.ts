const VARIABLE = /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))|\$/gu

/** Fills `$1`, `${1}` and `${name}` with what groups matched. https://pkg.go.dev/regexp#Regexp.Expand */
export function expandTemplate(template: string, group: (name: string | number) => string): string {
  return template.replace(VARIABLE, (_all, dollar?: string, braced?: string, plain?: string) => {
    if (dollar !== undefined) return '$'
    const name = braced ?? plain
    if (name === undefined) return '$'
    return group(/^(0|[1-9]\d*)$/.test(name) ? Number(name) : name)
  })
}
