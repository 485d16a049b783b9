import type { Expr } from '../syntax/ast.ts'
import type { Step } from './frame.ts'

/** Where a macro's variable is kept while it runs. */
export type Slots = ReadonlyMap<string, number>

/** What planning an expression needs: how to plan its parts. */
export interface PlanParts {
  plan(expr: Expr, slots: Slots): Step
}
