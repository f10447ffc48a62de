// The sentence of each expression, and of each case that has one of its own.

export const meanings = (words) => ({
  book: words.mean_book,
  range: words.mean_range,
  len: words.mean_len,
  picked: words.mean_picked,
  columns: words.mean_columns,
  loss: words.mean_loss,
  shape: words.mean_shape,
  numel: words.mean_numel,
  argmax: words.mean_argmax,
  right: words.mean_right,
  sum0: words.mean_sum0,
  sum1: words.mean_sum1,
  keepdim: words.mean_keepdim,
  shares: words.mean_shares,
  flat: words.mean_flat,
})

export const notes = (words) => ({
  outside: words.note_outside,
  two_rows: words.note_two_rows,
  sizes: words.note_sizes,
  wrong_sums: words.note_wrong_sums,
  one_row: words.note_one_row,
  from_the_end: words.note_from_the_end,
  no_log: words.note_no_log,
})
