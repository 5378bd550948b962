// Apicheck compares the exported API of packages of stdlib/ (import path golstd/PKG in the temporary
// module of run-under-go.sh) with the real package PKG, by type-checking both from source.
//
// It prints a line for each exported object or method that is missing, additional, or of another type.
// Internal packages, which have no counterpart, are skipped.
package main

import (
	"fmt"
	"go/constant"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"sort"
	"strings"
)

// describe maps each exported name (Name or Type.Method) to a text that tells its type.
func describe(pkg *types.Package) map[string]string {
	result := map[string]string{}
	qualify := func(p *types.Package) string { return strings.TrimPrefix(p.Path(), "golstd/") }
	clean := func(s string) string { return strings.ReplaceAll(s, "golstd/", "") }
	for _, name := range pkg.Scope().Names() {
		if !token.IsExported(name) {
			continue
		}
		object := pkg.Scope().Lookup(name)
		text := types.TypeString(object.Type(), qualify)
		switch object := object.(type) {
		case *types.Const:
			if object.Val().Kind() == constant.Unknown {
				text += " = ?"
			} else {
				text = "const " + text + " = " + object.Val().ExactString()
			}
		case *types.TypeName:
			text = describeType(object, qualify, result)
		}
		result[name] = clean(text)
	}
	return result
}

func describeType(object *types.TypeName, qualify types.Qualifier, result map[string]string) string {
	named, ok := object.Type().(*types.Named)
	if !ok {
		return "type " + types.TypeString(object.Type(), qualify)
	}
	set := types.NewMethodSet(types.NewPointer(named))
	if types.IsInterface(named) {
		set = types.NewMethodSet(named)
	}
	for i := range set.Len() {
		method := set.At(i).Obj()
		if method.Exported() {
			result[object.Name()+"."+method.Name()] = strings.ReplaceAll(types.TypeString(method.Type(), qualify), "golstd/", "")
		}
	}
	structure, ok := named.Underlying().(*types.Struct)
	if !ok {
		return "type " + types.TypeString(named.Underlying(), qualify)
	}
	for i := range structure.NumFields() {
		field := structure.Field(i)
		if field.Exported() {
			result[object.Name()+"."+field.Name()] = strings.ReplaceAll(types.TypeString(field.Type(), qualify), "golstd/", "")
		}
	}
	return "struct"
}

func compare(path string, ours, real *types.Package) int {
	own, other := describe(ours), describe(real)
	names := map[string]bool{}
	for name := range own {
		names[name] = true
	}
	for name := range other {
		names[name] = true
	}
	sorted := []string{}
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	differences := 0
	for _, name := range sorted {
		a, haveA := own[name]
		b, haveB := other[name]
		switch {
		case !haveA:
			fmt.Printf("%s: missing %s %s\n", path, name, b)
		case !haveB:
			fmt.Printf("%s: additional %s %s\n", path, name, a)
		case a != b:
			fmt.Printf("%s: %s\n\tours %s\n\treal %s\n", path, name, a, b)
		default:
			continue
		}
		differences++
	}
	return differences
}

func main() {
	differences := 0
	source := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, path := range os.Args[1:] {
		if strings.HasPrefix(path, "internal/") {
			continue
		}
		ours, err := source.Import("golstd/" + path)
		if err != nil {
			fmt.Println(path, err)
			differences++
			continue
		}
		real, err := source.Import(path)
		if err != nil {
			fmt.Println(path, err)
			differences++
			continue
		}
		differences += compare(path, ours, real)
	}
	if differences > 0 {
		fmt.Println(differences, "differences")
		os.Exit(1)
	}
	fmt.Println("api: same")
}
