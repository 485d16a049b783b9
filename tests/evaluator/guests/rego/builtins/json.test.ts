import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('documents are checked, written and patched as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'json.patch(null, [])',
      'json.patch({"a": null, "b": [null]}, [{"op": "copy", "from": "/a", "path": "/c"}, {"op": "test", "path": "/b/0", "value": null}])',
      'json.patch({"a": {"b": null}}, [{"op": "remove", "path": "/a/b"}])',
      String.raw`json.is_valid("{\"a\": 1}")`,
      'json.is_valid("{a}")',
      'json.patch({"a": {"foo": 1}}, [{"op": "add", "path": "/a/bar", "value": 2}])',
      'json.patch({"a": [1,2,3]}, [{"op": "add", "path": "/a/1", "value": 9}, {"op": "add", "path": "/a/-", "value": 10}])',
      'json.patch({"a": [1,2,3]}, [{"op": "remove", "path": "a/0"}])',
      'json.patch({"a": [1,2,3]}, [{"op": "replace", "path": ["a", 0], "value": {"x"}}])',
      'json.patch({"a": 1, "b": 2}, [{"op": "move", "from": "/a", "path": "/c"}])',
      'json.patch({"a": 1, "b": 2}, [{"op": "copy", "from": "/a", "path": "/c"}])',
      'json.patch({"a": 1}, [{"op": "test", "path": "/a", "value": 1}])',
      'json.patch({"a": {1,2}}, [{"op": "add", "path": ["a", 3], "value": 3}])',
      'json.patch({"a": 1}, [{"op": "add", "path": "", "value": 3}])',
      'json.patch({"a~b/c": 1}, [{"op": "replace", "path": "/a~0b~1c", "value": 3}])',
      String.raw`json.marshal_with_options({"a": [1, {"b": null}], "é<&>": "x\u2028"}, {"pretty": true})`,
      'json.marshal_with_options({"a": [1], "e": [], "f": {}}, {"prefix": ">", "indent": "  "})',
      'json.marshal_with_options({"a": [1]}, {"pretty": false, "indent": "  "})',
      'json.marshal_with_options({"a": {1,2}, "b": 1.50}, {})',
      'json.marshal_with_options({1: 2, [1]: 3}, {"pretty": true})',
    ],
    undefined: [
      'json.patch({"a": 1}, [{"op": "test", "path": "/a", "value": 2}])',
      'json.patch({"a": 1}, [{"op": "remove", "path": "/b"}])',
      'json.patch({"a": [1]}, [{"op": "add", "path": "/a/01", "value": 3}])',
      'json.patch({"a": [1]}, [{"op": "add", "path": "/a/5", "value": 3}])',
    ],
  })
})
