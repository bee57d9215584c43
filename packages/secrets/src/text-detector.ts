import { findAssignments, mayAssign } from './assignments.ts'
import { mayHoldPhrase } from './phrase-screen.ts'
import { findRecoveryPhrases } from './recovery-phrase.ts'
import { RegisteredValues } from './registered-values.ts'
import type { Span } from './rules.ts'
import { masked } from './rules.ts'
import { findTokens, mayHoldToken } from './token-shapes.ts'

/** No shape and no assignment is shorter: `pwd=abcd1`. */
const SHORTEST = 9

/** Finds secrets in a text by their own shape, by what assigns them, or because they were registered. */
export class TextDetector {
  readonly registered: RegisteredValues = new RegisteredValues()

  /** `false` where the text certainly holds nothing; the cheap question that every string is asked. */
  mayHold(text: string): boolean {
    return (
      this.registered.mayHold(text) ||
      (text.length >= SHORTEST && (mayHoldToken(text) || mayAssign(text) || mayHoldPhrase(text)))
    )
  }

  /** In order and apart from each other; what overlaps is one span under the rule of the surest. */
  spans(given: string): Span[] {
    const text = masked(given)
    const found = [
      ...this.registered.find(text),
      ...findTokens(text),
      ...findRecoveryPhrases(text),
      ...findAssignments(text),
    ]
    return found.length < 2 ? found : merged(found)
  }
}

function merged(found: readonly Span[]): Span[] {
  // The sort is stable, so of two spans that begin together the surer rule's stays first.
  const spans: Span[] = []
  for (const span of found.toSorted((a, b) => a.start - b.start)) {
    const last = spans.at(-1)
    if (!last || span.start >= last.end) spans.push(span)
    else if (span.end > last.end) spans.splice(-1, 1, joined(last, span))
  }
  return spans
}

/** Two overlapping parts are one secret; the first's own value no longer says what is cut out. */
function joined(first: Span, second: Span): Span {
  return { start: first.start, end: second.end, rule: first.rule, name: first.name }
}
