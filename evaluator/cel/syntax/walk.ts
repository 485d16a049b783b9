import type { Expr } from './ast.ts'

/** The parts that an expression is made of directly. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return []
    case 'select':
      return [expr.operand]
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    case 'list':
      return expr.elements.map(({ value }) => value)
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value])
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result]
  }
}

/** Shows every part of an expression once, and those that it stands within. */
export function walk(root: Expr, visit: (expr: Expr, isWithin: (name: string) => boolean) => void): void {
  const seen = new Set<Expr>()
  const visitAll = (expr: Expr, calls: readonly string[]) => {
    if (seen.has(expr)) return
    seen.add(expr)
    visit(expr, (name) => calls.includes(name))
    const inner = expr.kind === 'call' ? [...calls, expr.name] : calls
    for (const part of partsOf(expr)) visitAll(part, inner)
  }
  visitAll(root, [])
}
