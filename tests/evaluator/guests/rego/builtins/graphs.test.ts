import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('paths are found as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'sort(graph.reachable_paths({"a": {"b"}, "b": {"c"}, "c": {"a"}}, {"a"}))',
      'sort(graph.reachable_paths({"a": ["b", "c"], "b": [], "c": ["d"]}, ["a"]))',
      'sort(graph.reachable_paths({"a": [], "b": ["x"]}, ["a", "b", "z"]))',
    ],
  })
})
