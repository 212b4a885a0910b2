"""The product list, a product, and the choice of channel."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from saleor.product.models import Category, Collection, Product

from .. import session
from ..catalogue import products_in, shelves
from .back import back


def product_list(request: HttpRequest) -> HttpResponse:
    """All products, or those of `?category=` or `?collection=`, at the shopper's own prices."""
    channel = session.channel_of(request)
    if channel is None:
        return render(request, "shop/empty.html")
    category = collection = None
    if slug := request.GET.get("category"):
        category = get_object_or_404(Category.objects, slug=slug)
    if slug := request.GET.get("collection"):
        collection = get_object_or_404(Collection.objects, slug=slug)
    products = list(products_in(channel, category=category, collection=collection))
    context = {
        "category": category,
        "trail": category.get_ancestors() if category else [],
        "collection": collection,
        "collections": Collection.objects.all(),
        "shelves": shelves(request.user, channel, products),
    }
    return render(request, "shop/list.html", context)


def product_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One product with all its variants."""
    channel = session.channel_or_404(request)
    product = get_object_or_404(Product.objects.select_related("category"), slug=slug)
    found = shelves(request.user, channel, [product])
    if not found:
        raise Http404("This product is not sold in this channel.")
    trail = product.category.get_ancestors(include_self=True) if product.category else []
    return render(request, "shop/product.html", {"shelf": found[0], "trail": trail})


@require_POST
def switch_channel(request: HttpRequest) -> HttpResponse:
    """Shop in another channel; the basket of this one waits."""
    session.choose_channel(request, request.POST.get("channel", ""))
    return redirect(back(request))
