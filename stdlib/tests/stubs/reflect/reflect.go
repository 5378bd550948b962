package reflect

import (
	real "reflect"
	"unsafe"
)

// Our intrinsics on top of the real package: type descriptors are the real ones.

func rt(t unsafe.Pointer) real.Type {
	var i any
	(*[2]unsafe.Pointer)(unsafe.Pointer(&i))[0] = t
	return real.TypeOf(i)
}

func desc(t real.Type) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1] }

func at(t, p unsafe.Pointer) real.Value { return real.NewAt(rt(t), p).Elem() }

func typeKind(t unsafe.Pointer) int          { return int(rt(t).Kind()) }
func typeSize(t unsafe.Pointer) uintptr      { return rt(t).Size() }
func typeAlign(t unsafe.Pointer) int         { return rt(t).Align() }
func typeFieldAlign(t unsafe.Pointer) int    { return rt(t).FieldAlign() }
func typeIsComparable(t unsafe.Pointer) bool { return rt(t).Comparable() }
func typeString(t unsafe.Pointer) string     { return rt(t).String() }
func typeName(t unsafe.Pointer) string       { return rt(t).Name() }
func typePkgPath(t unsafe.Pointer) string    { return rt(t).PkgPath() }
func typeElem(t unsafe.Pointer) unsafe.Pointer {
	return desc(rt(t).Elem())
}
func typeKey(t unsafe.Pointer) unsafe.Pointer { return desc(rt(t).Key()) }
func typeLen(t unsafe.Pointer) int            { return rt(t).Len() }
func typeChanDir(t unsafe.Pointer) int        { return int(rt(t).ChanDir()) }
func typeNumField(t unsafe.Pointer) int       { return rt(t).NumField() }
func typeNumIn(t unsafe.Pointer) int          { return rt(t).NumIn() }
func typeNumOut(t unsafe.Pointer) int         { return rt(t).NumOut() }
func typeIsVariadic(t unsafe.Pointer) bool    { return rt(t).IsVariadic() }
func typeIn(t unsafe.Pointer, i int) unsafe.Pointer {
	return desc(rt(t).In(i))
}
func typeOut(t unsafe.Pointer, i int) unsafe.Pointer {
	return desc(rt(t).Out(i))
}
func typeNumMethod(t unsafe.Pointer) int { return rt(t).NumMethod() }

func typeIsDirect(t unsafe.Pointer) bool { return direct(rt(t)) }

func direct(t real.Type) bool {
	switch t.Kind() {
	case real.Pointer, real.Map, real.Chan, real.Func, real.UnsafePointer:
		return true
	case real.Array:
		return t.Len() == 1 && direct(t.Elem())
	case real.Struct:
		return t.NumField() == 1 && direct(t.Field(0).Type)
	}
	return false
}

func typeField(t unsafe.Pointer, i int) (name, pkgPath, tag string, typ unsafe.Pointer, offset uintptr, embedded bool) {
	f := rt(t).Field(i)
	return f.Name, f.PkgPath, string(f.Tag), desc(f.Type), f.Offset, f.Anonymous
}

func typeMethod(t unsafe.Pointer, i int) (name, pkgPath string, typ unsafe.Pointer) {
	r := rt(t)
	m := r.Method(i)
	mt := m.Type
	if r.Kind() != real.Interface {
		var in, out []real.Type
		for i := 1; i < mt.NumIn(); i++ {
			in = append(in, mt.In(i))
		}
		for i := range mt.NumOut() {
			out = append(out, mt.Out(i))
		}
		mt = real.FuncOf(in, out, mt.IsVariadic())
	}
	return m.Name, m.PkgPath, desc(mt)
}

func typeImplements(t, iface unsafe.Pointer) bool { return rt(t).Implements(rt(iface)) }

func typePtrTo(t unsafe.Pointer) unsafe.Pointer   { return desc(real.PointerTo(rt(t))) }
func typeSliceOf(t unsafe.Pointer) unsafe.Pointer { return desc(real.SliceOf(rt(t))) }
func typeArrayOf(n int, t unsafe.Pointer) unsafe.Pointer {
	return desc(real.ArrayOf(n, rt(t)))
}
func typeChanOf(dir int, t unsafe.Pointer) unsafe.Pointer {
	return desc(real.ChanOf(real.ChanDir(dir), rt(t)))
}
func typeMapOf(key, elem unsafe.Pointer) unsafe.Pointer {
	return desc(real.MapOf(rt(key), rt(elem)))
}

func types(list []unsafe.Pointer) []real.Type {
	var r []real.Type
	for _, t := range list {
		r = append(r, rt(t))
	}
	return r
}

func typeFuncOf(in, out []unsafe.Pointer, variadic bool) unsafe.Pointer {
	return desc(real.FuncOf(types(in), types(out), variadic))
}

func typeStructOf(text string, names, pkgPaths, tags []string, ts []unsafe.Pointer, embedded []bool) unsafe.Pointer {
	var fs []real.StructField
	for i := range names {
		fs = append(fs, real.StructField{Name: names[i], PkgPath: pkgPaths[i], Tag: real.StructTag(tags[i]), Type: rt(ts[i]), Anonymous: embedded[i]})
	}
	return desc(real.StructOf(fs))
}

func typeMethods(t unsafe.Pointer) (n int, foreign bool) { return rt(t).NumMethod(), false }

func growArray(t, data unsafe.Pointer, n, capacity, more int) (unsafe.Pointer, int) {
	s := real.New(real.SliceOf(rt(t)))
	*(*[3]uintptr)(s.UnsafePointer()) = [3]uintptr{uintptr(data), uintptr(n), uintptr(capacity)}
	s.Elem().Grow(more)
	return s.Elem().UnsafePointer(), s.Elem().Cap()
}

func newObject(t unsafe.Pointer) unsafe.Pointer { return real.New(rt(t)).UnsafePointer() }
func newArray(t unsafe.Pointer, n int) unsafe.Pointer {
	return real.MakeSlice(real.SliceOf(rt(t)), n, n).UnsafePointer()
}
func copyObject(t, target, source unsafe.Pointer) { at(t, target).Set(at(t, source)) }

func sliceAt(t, p unsafe.Pointer, n int) real.Value { return real.SliceAt(rt(t), p, n) }

func copyArray(t, target, source unsafe.Pointer, n int) {
	real.Copy(sliceAt(t, target, n), sliceAt(t, source, n))
}
func clearArray(t, target unsafe.Pointer, n int) { sliceAt(t, target, n).Clear() }

func equalObjects(t, a, b unsafe.Pointer) bool {
	return at(t, a).Interface() == at(t, b).Interface()
}

func loadInterface(t, p unsafe.Pointer) any { return at(t, p).Interface() }
func storeInterface(t, p unsafe.Pointer, x any) {
	v := at(t, p)
	if x == nil {
		v.SetZero()
	} else {
		v.Set(real.ValueOf(x))
	}
}

func word(x any) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(&x))[1] }

func withWord(t, w unsafe.Pointer) real.Value {
	var i any
	*(*[2]unsafe.Pointer)(unsafe.Pointer(&i)) = [2]unsafe.Pointer{t, w}
	return real.ValueOf(i)
}

func mapMake(t unsafe.Pointer, n int) unsafe.Pointer {
	return real.MakeMapWithSize(rt(t), n).UnsafePointer()
}

func mapLen(m unsafe.Pointer) int {
	if m == nil {
		return 0
	}
	return *(*int)(m) // the count is the first word
}

func mapGet(t, m, key unsafe.Pointer) unsafe.Pointer {
	e := withWord(t, m).MapIndex(at(typeKey(t), key))
	if !e.IsValid() {
		return nil
	}
	p := real.New(rt(typeElem(t)))
	p.Elem().Set(e)
	return p.UnsafePointer()
}

func mapSet(t, m, key, elem unsafe.Pointer) {
	withWord(t, m).SetMapIndex(at(typeKey(t), key), at(typeElem(t), elem))
}
func mapDelete(t, m, key unsafe.Pointer) {
	withWord(t, m).SetMapIndex(at(typeKey(t), key), real.Value{})
}
func mapClear(t, m unsafe.Pointer) { withWord(t, m).Clear() }

func mapIterate(t, m unsafe.Pointer) unsafe.Pointer {
	return unsafe.Pointer(withWord(t, m).MapRange())
}

func mapNext(iterator unsafe.Pointer) (key, elem unsafe.Pointer) {
	it := (*real.MapIter)(iterator)
	if !it.Next() {
		return nil, nil
	}
	k, e := real.New(it.Key().Type()), real.New(it.Value().Type())
	k.Elem().Set(it.Key())
	e.Elem().Set(it.Value())
	return k.UnsafePointer(), e.UnsafePointer()
}

func chanMake(t unsafe.Pointer, n int) unsafe.Pointer {
	return real.MakeChan(rt(t), n).UnsafePointer()
}

var anyChan = desc(real.TypeOf(make(chan int)))

func chanLen(c unsafe.Pointer) int { return withWord(anyChan, c).Len() }
func chanCap(c unsafe.Pointer) int { return withWord(anyChan, c).Cap() }
func chanClose(c unsafe.Pointer)   { withWord(anyChan, c).Close() }
func chanSend(t, c, elem unsafe.Pointer, try bool) bool {
	if try {
		return withWord(t, c).TrySend(at(typeElem(t), elem))
	}
	withWord(t, c).Send(at(typeElem(t), elem))
	return true
}
func chanReceive(t, c, elem unsafe.Pointer, try bool) (done, ok bool) {
	var x real.Value
	if try {
		x, ok = withWord(t, c).TryRecv()
		if !x.IsValid() {
			return false, false
		}
	} else {
		x, ok = withWord(t, c).Recv()
	}
	at(typeElem(t), elem).Set(x)
	return true, ok
}

func chanSelect(dirs []int, types, chans, elems []unsafe.Pointer, block bool) (chosen int, ok bool) {
	var cs []real.SelectCase
	for i, d := range dirs {
		c := real.SelectCase{Dir: real.SelectRecv, Chan: withWord(types[i], chans[i])}
		if d == 2 {
			c.Dir, c.Send = real.SelectSend, at(typeElem(types[i]), elems[i])
		}
		cs = append(cs, c)
	}
	if !block {
		cs = append(cs, real.SelectCase{Dir: real.SelectDefault})
	}
	i, x, ok := real.Select(cs)
	if i == len(dirs) {
		return -1, false
	}
	if dirs[i] == 1 {
		at(typeElem(types[i]), elems[i]).Set(x)
	}
	return i, ok
}

func doCall(f real.Value, args, results []unsafe.Pointer) {
	t := f.Type()
	var in []real.Value
	for i, p := range args {
		in = append(in, real.NewAt(t.In(i), p).Elem())
	}
	var out []real.Value
	if t.IsVariadic() {
		out = f.CallSlice(in)
	} else {
		out = f.Call(in)
	}
	for i, p := range results {
		real.NewAt(t.Out(i), p).Elem().Set(out[i])
	}
}

func callFunc(t, f unsafe.Pointer, args, results []unsafe.Pointer) {
	doCall(withWord(t, f), args, results)
}
func callMethod(t unsafe.Pointer, i int, w unsafe.Pointer, args, results []unsafe.Pointer) {
	doCall(withWord(t, w).Method(i), args, results)
}
func callInterfaceMethod(t unsafe.Pointer, i int, p unsafe.Pointer, args, results []unsafe.Pointer) {
	doCall(at(t, p).Method(i), args, results)
}

func funcMake(t unsafe.Pointer, body func(args, results []unsafe.Pointer)) unsafe.Pointer {
	ft := rt(t)
	f := real.MakeFunc(ft, func(in []real.Value) (out []real.Value) {
		var args, results []unsafe.Pointer
		for _, x := range in {
			p := real.New(x.Type())
			p.Elem().Set(x)
			args = append(args, p.UnsafePointer())
		}
		for i := range ft.NumOut() {
			p := real.New(ft.Out(i))
			results = append(results, p.UnsafePointer())
		}
		body(args, results)
		for i, p := range results {
			out = append(out, real.NewAt(ft.Out(i), p).Elem())
		}
		return out
	})
	return word(f.Interface())
}

func funcCode(f unsafe.Pointer) uintptr { return *(*uintptr)(f) }

func methodCode(t unsafe.Pointer, i int) uintptr { return rt(t).Method(i).Func.Pointer() }
