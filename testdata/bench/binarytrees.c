/* binarytrees.gol in plain C: malloc, and each tree freed when it has been counted. */
#include <stdio.h>
#include <stdlib.h>

typedef struct tree { struct tree *left, *right; } tree;

static tree *build(long depth)
{
	tree *t = malloc(sizeof *t);
	t->left = depth ? build(depth - 1) : NULL;
	t->right = depth ? build(depth - 1) : NULL;
	return t;
}

static long check(const tree *t) { return t->left ? 1 + check(t->left) + check(t->right) : 1; }

static void release(tree *t)
{
	if (t->left) {
		release(t->left);
		release(t->right);
	}
	free(t);
}

static long count(long depth)
{
	tree *t = build(depth);
	long n = check(t);
	release(t);
	return n;
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 17, sum = count(n + 1);
	tree *kept = build(n);
	for (long d = 4; d <= n; d += 4)
		for (long i = 0; i < 1L << (n - d + 4); i++)
			sum += count(d);
	printf("%ld\n", sum + check(kept));
	return 0;
}
