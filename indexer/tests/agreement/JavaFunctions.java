// The functions of the files of a folder, as the compiler of Java reads them.
//
// usage: java JavaFunctions.java FOLDER
//
// A line each: path, qualified name, nothing, first line with annotations, first line, last line. A
// path alone is a file that was read.
import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.PrintStream;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import javax.tools.*;

public class JavaFunctions {
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
        for (Path file : files) {
            String name = folder.relativize(file).toString();
            JavacTask task = (JavacTask) compiler.getTask(
                null, manager, problem -> {}, List.of("-proc:none"), null,
                manager.getJavaFileObjects(file));
            CompilationUnitTree unit = task.parse().iterator().next();
            out.println(name);
            new Reader(name, unit, Trees.instance(task).getSourcePositions(), out).scan(unit, null);
        }
        out.flush();
    }

    static class Reader extends TreePathScanner<Void, Void> {
        final String name;
        final CompilationUnitTree unit;
        final SourcePositions positions;
        final PrintStream out;
        final String text;
        final Deque<String> names = new ArrayDeque<>();

        Reader(String name, CompilationUnitTree unit, SourcePositions positions, PrintStream out)
                throws Exception {
            this.name = name;
            this.unit = unit;
            this.positions = positions;
            this.out = out;
            this.text = unit.getSourceFile().getCharContent(true).toString();
        }

        int start(Tree tree) { return (int) positions.getStartPosition(unit, tree); }

        int end(Tree tree) { return (int) positions.getEndPosition(unit, tree); }

        long line(int at) { return unit.getLineMap().getLineNumber(at); }

        String qualified(String own) { return names.isEmpty() ? own : names.peek() + "." + own; }

        void tell(String own, int whole, int first, int last) {
            String lines = line(whole) + "\t" + line(first) + "\t" + line(last);
            out.println(String.join("\t", name, qualified(own), "", lines));
        }

        /** Where a declaration begins, behind its annotations. */
        int begin(int at, ModifiersTree modifiers) {
            boolean moved = true;
            while (moved) {
                moved = false;
                at = behindBlanks(at);
                for (AnnotationTree annotation : modifiers.getAnnotations()) {
                    if (start(annotation) == at) {
                        at = end(annotation);
                        moved = true;
                    }
                }
            }
            return at;
        }

        int behindBlanks(int at) {
            while (true) {
                if (Character.isWhitespace(text.charAt(at))) at++;
                else if (text.startsWith("//", at)) at = text.indexOf('\n', at);
                else if (text.startsWith("/*", at)) at = text.indexOf("*/", at) + 2;
                else return at;
            }
        }

        Void in(String own, java.util.function.Supplier<Void> inside) {
            names.push(qualified(own));
            inside.get();
            names.pop();
            return null;
        }

        @Override public Void visitClass(ClassTree tree, Void nothing) {
            String own = tree.getSimpleName().toString();
            if (own.isEmpty()) return super.visitClass(tree, nothing);
            return in(own, () -> super.visitClass(tree, nothing));
        }

        @Override public Void visitNewClass(NewClassTree tree, Void nothing) {
            if (tree.getClassBody() == null) return super.visitNewClass(tree, nothing);
            Tree parent = getCurrentPath().getParentPath().getLeaf();
            boolean constant = parent instanceof VariableTree
                && tree.getEnclosingExpression() == null
                && !text.startsWith("new", start(tree));
            String type = tree.getIdentifier().toString();
            type = type.replaceAll("<.*", "").replaceAll("@\\w+ ", "");
            String own = constant ? ((VariableTree) parent).getName().toString() : type;
            return in(own, () -> super.visitNewClass(tree, nothing));
        }

        @Override public Void visitMethod(MethodTree tree, Void nothing) {
            String own = tree.getName().toString();
            if (own.equals("<init>")) {
                String around = names.peek();
                own = around.substring(around.lastIndexOf('.') + 1);
            }
            int whole = start(tree);
            tell(own, whole, begin(whole, tree.getModifiers()), end(tree) - 1);
            return in(own, () -> super.visitMethod(tree, nothing));
        }

        static boolean isLambda(Tree value) {
            if (value instanceof TypeCastTree cast) value = cast.getExpression();
            return value instanceof LambdaExpressionTree;
        }

        @Override public Void visitVariable(VariableTree tree, Void nothing) {
            Tree value = tree.getInitializer();
            if (!isLambda(value)) return super.visitVariable(tree, nothing);
            String own = tree.getName().toString();
            int first = text.lastIndexOf(own, text.lastIndexOf('=', start(value) - 1));
            tell(own, start(tree), first, end(value) - 1);
            return in(own, () -> super.visitVariable(tree, nothing));
        }

        @Override public Void visitAssignment(AssignmentTree tree, Void nothing) {
            Tree place = tree.getVariable();
            String own = place instanceof MemberSelectTree member
                ? member.getIdentifier().toString()
                : place instanceof IdentifierTree word ? word.getName().toString() : null;
            boolean value = !(tree.getExpression() instanceof TypeCastTree);
            boolean named = getCurrentPath().getParentPath().getLeaf() instanceof AnnotationTree;
            if (own == null || named || !value || !isLambda(tree.getExpression())) {
                return super.visitAssignment(tree, nothing);
            }
            tell(own, start(tree), start(tree), end(tree) - 1);
            return in(own, () -> super.visitAssignment(tree, nothing));
        }
    }
}
