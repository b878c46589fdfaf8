package yeastar

// fields remembers which keys of a report have found their place, so that
// what is left can be kept by the sender's own names.
type fields struct{ taken map[string]bool }

func (f *fields) take(n node, keys ...string) string {
	for _, key := range keys {
		f.taken[key] = true
	}
	return n.scalar(keys...)
}

// takeCount leaves a value that is no number among the rest: a report is
// worth more with a strange field than not kept at all.
func (f *fields) takeCount(n node, keys ...string) int {
	value, ok := count(n.scalar(keys...))
	if ok {
		f.take(n, keys...)
	}
	return value
}

// left gives every key not taken; nested values are kept as masked JSON,
// except {"number": …}, as in ivr, which is the number alone.
func (f *fields) left(n node) map[string]string {
	out := map[string]string{}
	for _, p := range n.pairs {
		if f.taken[p.key] || secret(p.key) {
			continue
		}
		if text := fieldText(p.value); text != "" {
			out[p.key] = text
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func fieldText(n node) string {
	if n.what == 's' || n.what == 0 {
		return n.text
	}
	if n.what == '{' && len(n.pairs) == 1 && n.pairs[0].key == "number" && n.pairs[0].value.what == 's' {
		return n.pairs[0].value.text
	}
	return string(n.bytes())
}
