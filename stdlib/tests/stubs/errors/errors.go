package errors

import "reflect"

func typeIsComparable(v any) bool { return v == nil || reflect.TypeOf(v).Comparable() }

func targetState(target any) int {
	t := reflect.TypeOf(target)
	if t.Kind() != reflect.Pointer || reflect.ValueOf(target).IsNil() {
		return 0
	}
	e := t.Elem()
	if e.Kind() != reflect.Interface && !e.Implements(reflect.TypeFor[error]()) {
		return 1
	}
	return 2
}

func assignTo(target any, value any) bool {
	if !reflect.TypeOf(value).AssignableTo(reflect.TypeOf(target).Elem()) {
		return false
	}
	reflect.ValueOf(target).Elem().Set(reflect.ValueOf(value))
	return true
}
