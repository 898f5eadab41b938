// What Go's own parser says of the functions of a folder, a line each.
//
// path, qualified name, nothing, first line, first line, last line.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

type teller struct {
	out    *bufio.Writer
	files  *token.FileSet
	path   string
	within []string
}

func (t *teller) tell(name string, node ast.Node) {
	qualified := strings.Join(append(append([]string{}, t.within...), name), ".")
	first := t.files.PositionFor(node.Pos(), false).Line
	last := t.files.PositionFor(node.End()-1, false).Line
	fmt.Fprintf(t.out, "%s\t%s\t\t%d\t%d\t%d\n", t.path, qualified, first, first, last)
}

func (t *teller) inside(name string, node ast.Node) {
	outer := t.within
	t.within = append(append([]string{}, outer...), strings.Split(name, ".")...)
	ast.Inspect(node, t.visit)
	t.within = outer
}

// visit is called with each node, and answers whether to go on into it.
func (t *teller) visit(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.FuncDecl:
		name := node.Name.Name
		if node.Recv != nil && len(node.Recv.List) > 0 {
			name = typeName(node.Recv.List[0].Type) + "." + name
		}
		t.tell(name, node)
		if node.Body != nil {
			t.inside(name, node.Body)
		}
		return false
	case *ast.TypeSpec:
		switch of := node.Type.(type) {
		case *ast.InterfaceType:
			for _, method := range of.Methods.List {
				if _, ok := method.Type.(*ast.FuncType); ok && len(method.Names) == 1 {
					outer := t.within
					t.within = append(append([]string{}, outer...), node.Name.Name)
					t.tell(method.Names[0].Name, method)
					t.within = outer
				}
			}
			return false
		case *ast.StructType:
			t.inside(node.Name.Name, of)
			return false
		}
	case *ast.AssignStmt:
		if len(node.Lhs) == 1 && len(node.Rhs) == 1 {
			return t.bound(node.Lhs[0], node.Rhs[0], node)
		}
	case *ast.ValueSpec:
		if len(node.Names) == 1 && len(node.Values) == 1 {
			return t.bound(node.Names[0], node.Values[0], node)
		}
	}
	return true
}

// bound tells of a function literal that a name is bound to.
func (t *teller) bound(to, value ast.Expr, node ast.Node) bool {
	name, isName := to.(*ast.Ident)
	literal, isLiteral := value.(*ast.FuncLit)
	if !isName || !isLiteral || name.Name == "_" {
		return true
	}
	t.tell(name.Name, node)
	t.inside(name.Name, literal)
	return false
}

func typeName(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.StarExpr:
		return typeName(of.X)
	case *ast.ParenExpr:
		return typeName(of.X)
	case *ast.IndexExpr:
		return typeName(of.X)
	case *ast.IndexListExpr:
		return typeName(of.X)
	case *ast.Ident:
		return of.Name
	}
	return "?"
}

func main() {
	root := os.Args[1]
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			text := strings.ReplaceAll(err.Error(), "\n", " ")
			fmt.Fprintf(out, "%s\t!\t%s\n", relative, text)
			return nil
		}
		fmt.Fprintln(out, relative)
		ast.Inspect(file, (&teller{out: out, files: files, path: relative}).visit)
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
