import { getMember, toSet } from '../values/collections.ts'
import { isEqual } from '../values/order.ts'
import { isArray, type RegoArray, type RegoObject, RegoSet, type RegoValue } from '../values/value.ts'
import type { Builtins } from './builtin.ts'
import { limitMembers } from './limits.ts'
import { membersAt, objectAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/graph */
export const GRAPHS: Builtins = {
  'graph.reachable_paths': (args) => {
    const walk = new Walk(objectAt(args, 0))
    for (const start of membersAt(args, 1)) walk.from(start)
    return toSet(walk.paths)
  },
}

/** Finds all paths of a graph: vertices with arrays or sets of those that they lead to. */
class Walk {
  readonly paths: RegoArray[] = []
  readonly #graph: RegoObject
  #steps = 0

  constructor(graph: RegoObject) {
    this.#graph = graph
  }

  from(start: RegoValue): void {
    const edges = getMember(this.#graph, start)
    if (edges === undefined) return
    const next = verticesOf(edges)
    if (next.length === 0) this.#end([start])
    for (const vertex of next) this.#visit(vertex, [start])
  }

  // A path ends at a vertex that leads nowhere, at one that is not there, and before one that it has been at.
  #visit(vertex: RegoValue, path: RegoArray): void {
    this.#steps += path.length
    limitMembers(Math.ceil(this.#steps / 10))
    const edges = getMember(this.#graph, vertex)
    const longer = edges === undefined ? path : [...path, vertex]
    const next = edges === undefined ? [] : verticesOf(edges)
    if (next.length === 0) this.#end(longer)
    for (const neighbour of next) {
      if (longer.some((passed) => isEqual(passed, neighbour))) this.#end(longer)
      else this.#visit(neighbour, longer)
    }
  }

  #end(path: RegoArray): void {
    this.paths.push(path)
  }
}

function verticesOf(edges: RegoValue): RegoArray {
  if (edges instanceof RegoSet) return edges.members
  return isArray(edges) ? edges : []
}
