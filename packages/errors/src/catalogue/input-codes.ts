import type { CatalogueEntry } from './entry.ts'
import { entry } from './entry.ts'

type Code =
  | 'invalid_id'
  | 'invalid_option'
  | 'invalid_input'
  | 'json_syntax'
  | 'json_duplicate_member'
  | 'json_number_inexact'
  | 'json_too_deep'
  | 'json_not_representable'
  | 'float_not_allowed'

export const INPUT_CODES: Readonly<Record<Code, CatalogueEntry>> = {
  invalid_id: entry('input', 'invalid_input', 'parsing_input', {
    meaning: 'An identifier breaks its grammar.',
    help: 'Details name the kind of identifier and the value; write it as the kind demands.',
  }),
  invalid_option: entry('input', 'invalid_input', 'parsing_input', {
    meaning: 'An option is unknown or has a wrong value.',
    help: 'Details list each problem with its path; unknown options are never ignored.',
  }),
  invalid_input: entry('input', 'invalid_input', 'parsing_input', {
    meaning: 'The input of a run or a command does not fit its schema.',
    help: 'Details list each problem with its path.',
  }),

  json_syntax: entry('input', 'invalid_input', 'parsing_input', {
    meaning: 'Text is not one JSON document.',
    help: 'Details give the offset; mend the text there.',
  }),
  json_duplicate_member: entry('input', 'invalid_input', 'parsing_input', {
    meaning: 'An object names one member twice.',
    help: 'Details give the pointer of the member; keep one of the two.',
  }),
  json_number_inexact: entry('input', 'invalid_input', 'parsing_input', {
    meaning: 'A number cannot be kept exact as a double.',
    help: "Parse with integers: 'bigint' or 'string', or send the value as a string.",
  }),
  json_too_deep: entry('input', 'too_large', 'parsing_input', {
    meaning: 'A document is nested deeper than the limit.',
    help: 'Flatten the document or raise maxDepth.',
  }),
  json_not_representable: entry('input', 'invalid_input', 'parsing_input', {
    meaning:
      'A value has no JSON form: undefined, a function, a symbol, a class instance, a cycle, NaN or a lone surrogate.',
    help: 'Details give the pointer; convert the value to plain JSON first.',
  }),
  float_not_allowed: entry('input', 'invalid_input', 'parsing_input', {
    meaning: 'A number is not an integer of 64 bits under the integers_only profile.',
    help: "Scale it to an integer, write it as a string, or choose the profile 'rfc8785'.",
  }),
}
