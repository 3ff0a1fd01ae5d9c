/** Numbers that options refuse. */
export const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
export const negative = [...notFinite, -1]
