import { expect, it } from 'vitest'
import { parseTokenForm } from './token-form.ts'

it.each([
  ['silence', '</silence>', { action: 'silence', text: '' }],
  ['a response', '</response> A person has fallen.', { action: 'response', text: 'A person has fallen.' }],
  [
    'a delegation',
    '</response> One moment. </delegation> Which brand?',
    { action: 'delegate', text: 'One moment.', question: 'Which brand?' },
  ],
  [
    'the other spelling of the tag',
    '</response> One moment. <delegation> Which brand?',
    { action: 'delegate', text: 'One moment.', question: 'Which brand?' },
  ],
  [
    'a delegation on a line of its own',
    '</response> One moment.\n</delegation>\nWhich brand?',
    { action: 'delegate', text: 'One moment.', question: 'Which brand?' },
  ],
  [
    'a delegation without a response before it',
    '</delegation> Which brand?',
    { action: 'delegate', text: '', question: 'Which brand?' },
  ],
  [
    'a delegation without a question: only the note is said',
    '</response> One moment. </delegation>',
    { action: 'response', text: 'One moment.' },
  ],
  ['no marker: the first line', 'plain text\nmore text', { action: 'response', text: 'plain text' }],
  ['an empty answer', ' \n ', { action: 'silence', text: '' }],
  ['a response with nothing behind it', '</response>', { action: 'silence', text: '' }],
  [
    'several markers: the first counts',
    '</response> first line\nsecond </silence> </response> third',
    { action: 'response', text: 'first line' },
  ],
  ['silence first, whatever follows', '</silence></response> No.', { action: 'silence', text: '' }],
  ['thinking aloud before the marker', 'I see a man. </response> He fell.', { action: 'response', text: 'He fell.' }],
  ['other cases and spaces', '< /RESPONSE > He fell.', { action: 'response', text: 'He fell.' }],
])('reads %s', (_name, content, expected) => {
  expect(parseTokenForm(content)).toEqual(expected)
})
