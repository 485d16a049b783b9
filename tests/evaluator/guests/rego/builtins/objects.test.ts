import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('objects, sets and arrays hold each other as in OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'object.subset({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}})',
      'object.subset({"a": [1,2,3]}, {"a": [2,3]})',
      'object.subset([1,1,2], [1,2])',
      'object.subset([1,2], [2,1])',
      'object.subset([], [])',
      'object.subset({1,2}, {1})',
      'object.subset([1,2,3], {1,3})',
      'object.subset([], set())',
      'object.subset([1], set())',
      'object.subset([1,2], {1,4})',
      'object.subset({"a": {1,2}}, {"a": {1}})',
    ],
    undefined: ['object.subset({"a": 1}, json.unmarshal("[1]"))'],
  })
})
